/**
 * One reader of one channel, pure: which publications it takes, which it skips, when it has to ask again.
 * A position belongs to the reader, not to the connection, so it survives every one of them.
 * Invariants: PROTOCOL.md, K12 to K17.
 */
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import type { Position, Since } from '@greenlight/protocol/position';

export type Reader = {
  /** The last publication had, or what the application asked for until there is one. */
  readonly since: Since;
  /** The channel's subscription in this session serves this reader from where it stands. */
  readonly settled: boolean;
  /** A snapshot is on its way and will set the position. */
  readonly snapshotDue: boolean;
};

export type Granted = Exclude<SubscribeOutcome, { outcome: 'denied' }>;

/** Before the first answer, and again whenever the channel is asked for anew. */
export const unsettled = (since: Since): Reader => ({ since, settled: false, snapshotDue: false });

const isPosition = (since: Since): since is Position => typeof since === 'object' && since !== null;

/** The next one is taken, an earlier one skipped; anything else is a gap, and the log has to be asked. */
export function take({ since, settled }: Reader, epoch: string, offset: number): 'take' | 'skip' | 'recover' {
  if (!settled || !isPosition(since)) return 'skip';
  if (since.epoch !== epoch) return 'recover';
  if (offset === since.offset + 1) return 'take';
  return offset <= since.offset ? 'skip' : 'recover';
}

/** What to ask for so that all these readers are served; those that have no position yet go first. */
export function ask(readers: Iterable<Reader>): Since {
  let lowest: Since | undefined;
  for (const { since } of readers) {
    if (since === null) return null;
    if (since === 'earliest' || lowest === 'earliest') lowest = 'earliest';
    else if (lowest === undefined) lowest = since;
    // Of two epochs one is lost, and its reader is owed all that is retained.
    else if (isPosition(lowest) && since.epoch !== lowest.epoch) lowest = 'earliest';
    else if (isPosition(lowest) && since.offset < lowest.offset) lowest = since;
  }
  return lowest ?? null;
}

export type Settled = {
  readonly reader: Reader;
  /** For the application; null when this answer was for others and the reader has to ask again. */
  readonly outcome: Granted | null;
};

/** The server answered a subscription that was asked with `asked`; delivery starts after `start`. */
export function settle(reader: Reader, asked: Since, answer: { outcome: Granted; start: Position }): Settled {
  const { outcome, start } = answer;
  const { since } = reader;
  const adopt = (told: Granted): Settled => {
    // Until the snapshot is there the reader has nothing, and whoever connects again meanwhile needs it still.
    const snapshotDue = told.outcome === 'snapshot';
    return { reader: { since: snapshotDue ? null : start, settled: true, snapshotDue }, outcome: told };
  };
  if (since === null) return adopt(outcome);
  if (asked === null || (since === 'earliest' && asked !== 'earliest')) return { reader, outcome: null };
  if (since === 'earliest' || outcome.outcome === 'snapshot') return adopt(outcome);
  if (outcome.outcome === 'reset' && outcome.reason === 'ahead_of_log') return adopt(outcome);
  const { position } = outcome;
  if (since.epoch !== start.epoch) return adopt({ outcome: 'reset', position, reason: 'epoch_changed' });
  // A jump forward is a loss, whatever the answer calls it.
  if (start.offset > since.offset) return adopt({ outcome: 'reset', position, reason: 'trimmed' });
  return {
    reader: { since, settled: true, snapshotDue: false },
    outcome: outcome.outcome === 'reset' ? { outcome: 'continued', position } : outcome,
  };
}

/**
 * Events that this reader lacks at a heartbeat. A head is told only after everything up to it was sent, so whoever is
 * settled and still lacks something has lost it, be it the last message of all.
 */
export function missing({ since, settled }: Reader, head: Position): number {
  if (!settled || !isPosition(since)) return 0;
  return since.epoch === head.epoch ? Math.max(0, head.offset - since.offset) : Math.max(1, head.offset);
}
