/**
 * What was published to a channel against what one subscriber's application saw of it. Pure. It trusts nobody: neither
 * that an outcome says the truth, nor that an event is the one that was published at its place.
 */
import type { SubscribeOutcome, ResetReason } from '@greenlight/protocol/frames';
import { formatPosition, parsePosition, type Position } from '@greenlight/protocol/position';

/** An event with the place that its acknowledgement names. */
export type Acknowledged = Position & { readonly id: string };

/** All that is known of a channel when everything is over. */
export type Published = {
  readonly acknowledged: readonly Acknowledged[];
  /** Ids that may have been published or not: nobody was told. */
  readonly unknown: ReadonlySet<string>;
  /** As the log has it. */
  readonly head: Position;
  /** Those that can rightly happen to this channel; any other is a loss that is merely announced. */
  readonly resets: ReadonlySet<ResetReason>;
};

/** What an application saw, in the order in which it saw it. */
export type Sight =
  | ({ readonly saw: 'event'; readonly id: string } & Position)
  | { readonly saw: 'outcome'; readonly outcome: SubscribeOutcome };

export type ViolationKind =
  /** Acknowledged, due, and never seen. */
  | 'lost'
  /** Seen before, or one event published at two places. */
  | 'repeated'
  /** Came after a later one. */
  | 'reordered'
  /** Something was skipped, and no `reset` said so. */
  | 'unannounced_gap'
  /** A `reset` for which there was no reason. */
  | 'false_reset'
  /** Not the event that was published at its place, or one that nobody published. */
  | 'foreign'
  /** The last thing seen is not the newest. */
  | 'not_at_head'
  /** The log itself has less than was acknowledged. */
  | 'log_lost';

export type Violation = {
  readonly kind: ViolationKind;
  /** Index of the sight that shows it; the number of sights if what shows it is that there is no more. */
  readonly at: number;
  readonly detail: string;
};

/** What a subscriber was owed without a break: everything of the epoch after `from`, up to `to`. */
type Span = { readonly epoch: string; readonly from: number; to: number; readonly seen: Set<number> };

/** Empty when all is well. */
export function checkHistory(published: Published, sights: readonly Sight[]): readonly Violation[] {
  const violations: Violation[] = [];
  const report = (kind: ViolationKind, at: number, detail: string): void => {
    violations.push({ kind, at, detail });
  };
  const placeOf = new Map(published.acknowledged.map((event) => [event.id, formatPosition(event)]));
  const idAt = new Map(published.acknowledged.map((event) => [formatPosition(event), event.id]));
  const seenAt = new Map<string, string>();
  const spans: Span[] = [];

  for (const [at, sight] of sights.entries()) {
    if (sight.saw === 'outcome') onOutcome(at, sight.outcome);
    else onEvent(at, sight);
  }
  onEnd(sights.length);
  return violations;

  function begin({ epoch, offset }: Position): void {
    spans.push({ epoch, from: offset, to: offset, seen: new Set() });
  }

  function onOutcome(at: number, outcome: SubscribeOutcome): void {
    if (outcome.outcome === 'denied') return report('false_reset', at, `denied: ${outcome.code}`);
    const position = parsePosition(outcome.position);
    if (!position) return report('unannounced_gap', at, `${outcome.position} is no position`);
    const span = spans.at(-1);
    if (outcome.outcome === 'reset' && !published.resets.has(outcome.reason))
      report('false_reset', at, `${outcome.reason}, to ${outcome.position}`);
    if (!span || outcome.outcome === 'reset' || outcome.outcome === 'snapshot') return begin(position);
    const isGap = position.epoch !== span.epoch || position.offset > span.to;
    if (isGap) {
      const had = formatPosition({ epoch: span.epoch, offset: span.to });
      report(
        'unannounced_gap',
        at,
        `${outcome.outcome} from ${outcome.position}, though ${had} was the last`,
      );
    }
  }

  function onEvent(at: number, { epoch, offset, id }: Extract<Sight, { saw: 'event' }>): void {
    const place = formatPosition({ epoch, offset });
    const before = seenAt.get(id);
    seenAt.set(id, place);
    const rightful = idAt.get(place);
    if (before !== undefined && before !== place) report('repeated', at, `${id} at ${before} and ${place}`);
    else if (rightful !== undefined && rightful !== id)
      report('foreign', at, `${id} at the place of ${rightful}`);
    else if (rightful === undefined && !published.unknown.has(id)) {
      const acknowledged = placeOf.get(id);
      report(
        'foreign',
        at,
        `${id} at ${place}, ${acknowledged ? `acknowledged at ${acknowledged}` : 'which nobody published'}`,
      );
    }
    const span = spans.at(-1);
    if (!span || span.epoch !== epoch) {
      report('unannounced_gap', at, `${place} came without an outcome of its epoch`);
      begin({ epoch, offset: offset - 1 });
    } else if (offset <= span.to) {
      report(
        span.seen.has(offset) || offset <= span.from ? 'repeated' : 'reordered',
        at,
        `${place} after ${span.to}`,
      );
    } else if (offset > span.to + 1) report('unannounced_gap', at, `${place} after ${span.to}`);
    const current = spans.at(-1) as Span;
    current.seen.add(offset);
    current.to = Math.max(current.to, offset);
  }

  function onEnd(at: number): void {
    const { acknowledged, head } = published;
    for (const { epoch, offset, id } of acknowledged)
      if (epoch === head.epoch && offset > head.offset) report('log_lost', at, `${id} at ${epoch}:${offset}`);
    const last = spans.at(-1);
    if (!last) return report('not_at_head', at, 'nothing was ever answered');
    if (last.epoch !== head.epoch || last.to !== head.offset)
      report('not_at_head', at, `${last.epoch}:${last.to}, the head is ${formatPosition(head)}`);
    for (const span of spans) {
      const end = span === last ? Infinity : span.to;
      for (const { epoch, offset, id } of acknowledged)
        if (epoch === span.epoch && offset > span.from && offset <= end && !span.seen.has(offset))
          report('lost', at, `${id} at ${epoch}:${offset}`);
    }
  }
}
