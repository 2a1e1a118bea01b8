/** All channels of a client: one subscription each on the wire, any number of readers here. Asks again where a reader must. */
import type { ProblemCode } from '@greenlight/protocol/codes';
import type {
  EventPush,
  HeartbeatPush,
  Push,
  SnapshotPush,
  SubscribeOutcome,
} from '@greenlight/protocol/frames';
import type { Publication } from '@greenlight/protocol/event';
import { formatPosition, parsePosition, type Since } from '@greenlight/protocol/position';
import type { Connector } from './connector.ts';
import { ask, missing, type Reader, settle, take, unsettled } from './reader.ts';

/** What a reader's owner gets. `publication` answers false when it has no room: it will be read again later. */
export type Sink = {
  publication(publication: Publication): boolean;
  snapshot(push: SnapshotPush): void;
  outcome(outcome: SubscribeOutcome): void;
};

/** One reader's place among the subscriptions. */
export interface Seat {
  readonly since: Since;
  /** Ask for what comes after this reader's position, because it took no more and now can. */
  recover(): void;
  leave(): void;
}

export type Tally = { total: number; acknowledged: number; denied: readonly string[]; headLag: number };

export interface Subscriptions {
  add(channel: string, since: Since, sink: Sink): Seat;
  /**
   * A session began: ask for everything, each from its own position. With `handedOver` an older one goes on meanwhile:
   * what it brings counts until the answer is there, and then `handedOver` is called.
   */
  begin(handedOver?: () => void): void;
  push(push: Push): void;
  /** What `begin` would ask for. */
  wanted(): ReadonlyMap<string, Since>;
  tally(): Tally;
}

type Wire = {
  command: Connector['command'];
  isOpen(): boolean;
  /** The tally changed. */
  onChange(): void;
};

type Member = { reader: Reader; full: boolean; readonly sink: Sink };
type Channel = {
  readonly members: Set<Member>;
  /** The newest request that is not answered yet: answers to older ones do not count. */
  asked: { readonly since: Since } | null;
  state: 'wanted' | 'acknowledged' | 'denied';
  lag: number;
};

const askOf = ({ members }: Channel): Since => ask([...members].map(({ reader }) => reader));

const wireSince = (since: Since): string | null =>
  since === null || since === 'earliest' ? since : formatPosition(since);

export function createSubscriptions(wire: Wire): Subscriptions {
  const channels = new Map<string, Channel>();
  const dirty = new Set<string>();
  const leaving = new Set<string>();
  let scheduled = false;

  /** Everything that one turn of the event loop wants goes into one command. */
  function want(name: string): void {
    dirty.add(name);
    schedule();
  }

  function schedule(): void {
    if (scheduled || !wire.isOpen()) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (wire.isOpen()) flush();
    });
  }

  function flush(handedOver?: () => void): void {
    // One by one: a channel that was denied meanwhile is an error for the whole command.
    for (const name of leaving) wire.command({ type: 'unsubscribe', channels: [name] }, () => undefined);
    leaving.clear();
    const asking = new Map<string, { since: Since }>();
    for (const name of dirty) {
      const channel = channels.get(name);
      if (!channel) continue;
      const goesOn = handedOver && channel.state === 'acknowledged';
      for (const member of channel.members)
        if (!goesOn || member.reader.snapshotDue) member.reader = unsettled(member.reader.since);
      channel.asked = { since: askOf(channel) };
      if (!goesOn) channel.state = 'wanted';
      asking.set(name, channel.asked);
    }
    dirty.clear();
    if (asking.size > 0) subscribe(asking, handedOver);
    else handedOver?.();
  }

  function subscribe(asking: ReadonlyMap<string, { since: Since }>, handedOver?: () => void): void {
    const wanted = Object.fromEntries([...asking].map(([name, { since }]) => [name, wireSince(since)]));
    wire.command({ type: 'subscribe', channels: wanted }, (reply) => {
      if (!reply) return;
      const outcomes = reply.type === 'ok' ? (reply['channels'] as Record<string, SubscribeOutcome>) : {};
      const failed = reply.type === 'error' ? reply : NOT_ANSWERED;
      for (const [name, request] of asking) {
        const channel = channels.get(name);
        if (channel?.asked !== request) continue;
        channel.asked = null;
        if (reply.type === 'error' && reply.retryable) {
          // The next heartbeat asks again.
          channel.state = 'wanted';
          continue;
        }
        answered(name, channel, {
          since: request.since,
          outcome: outcomes[name] ?? { outcome: 'denied', code: failed.code, detail: failed.detail },
        });
      }
      handedOver?.();
      wire.onChange();
    });
  }

  function answered(
    name: string,
    channel: Channel,
    answer: { since: Since; outcome: SubscribeOutcome },
  ): void {
    const { since, outcome } = answer;
    if (outcome.outcome === 'denied') {
      channel.state = 'denied';
      for (const { sink } of channel.members) sink.outcome(outcome);
      return;
    }
    const start = parsePosition(outcome.position);
    if (!start) return;
    channel.state = 'acknowledged';
    for (const member of channel.members) {
      const settled = settle(member.reader, since, { outcome, start });
      member.reader = settled.reader;
      if (settled.outcome) member.sink.outcome(settled.outcome);
    }
    askForTheRest(name, channel);
  }

  /** Readers that this answer did not serve ask for themselves, once a snapshot that is on its way has come. */
  function askForTheRest(name: string, { members }: Channel): void {
    const readers = [...members].map(({ reader }) => reader);
    if (readers.some(({ snapshotDue }) => snapshotDue)) return;
    if (readers.some(({ settled }) => !settled)) want(name);
  }

  function onEvent(push: EventPush): void {
    const channel = channels.get(push.channel);
    if (channel?.state !== 'acknowledged') return;
    const { epoch, offset, event } = push;
    for (const member of channel.members) {
      const verdict = take(member.reader, epoch, offset);
      if (verdict === 'recover' && !member.full) want(push.channel);
      if (verdict !== 'take' || member.full) continue;
      const before = member.reader;
      member.reader = { ...before, since: { epoch, offset } };
      if (member.sink.publication({ channel: push.channel, epoch, offset, event })) continue;
      member.reader = before;
      member.full = true;
    }
  }

  function onSnapshot(push: SnapshotPush): void {
    const channel = channels.get(push.channel);
    if (channel?.state !== 'acknowledged') return;
    const { epoch, offset } = push;
    for (const member of channel.members) {
      if (!member.reader.snapshotDue) continue;
      member.reader = { ...member.reader, since: { epoch, offset }, snapshotDue: false };
      member.sink.snapshot(push);
    }
    askForTheRest(push.channel, channel);
  }

  function onHeartbeat({ heads }: HeartbeatPush): void {
    for (const [name, channel] of channels) {
      if (channel.state === 'wanted' && !channel.asked) want(name);
      const head = parsePosition(heads[name] ?? '');
      if (!head) continue;
      channel.lag = 0;
      for (const member of channel.members) {
        const lag = missing(member.reader, head);
        channel.lag = Math.max(channel.lag, lag);
        if (lag > 0 && !member.full) want(name);
      }
    }
    wire.onChange();
  }

  return {
    add(name, since, sink) {
      const channel: Channel = channels.get(name) ?? {
        members: new Set(),
        asked: null,
        state: 'wanted',
        lag: 0,
      };
      const member: Member = { reader: unsettled(since), full: false, sink };
      channels.set(name, channel);
      channel.members.add(member);
      leaving.delete(name);
      want(name);
      wire.onChange();
      return {
        get since() {
          return member.reader.since;
        },
        recover() {
          member.full = false;
          want(name);
        },
        leave() {
          channel.members.delete(member);
          if (channel.members.size > 0 || channels.get(name) !== channel) return;
          channels.delete(name);
          leaving.add(name);
          schedule();
          wire.onChange();
        },
      };
    },

    begin(handedOver) {
      leaving.clear();
      for (const [name, channel] of channels) {
        channel.asked = null;
        if (!handedOver) channel.state = 'wanted';
        dirty.add(name);
      }
      flush(handedOver);
    },

    push(push) {
      if (push.type === 'event') onEvent(push);
      else if (push.type === 'snapshot') onSnapshot(push);
      else if (push.type === 'heartbeat') onHeartbeat(push);
    },

    wanted: () => new Map([...channels].map(([name, channel]) => [name, askOf(channel)])),

    tally() {
      const all = [...channels];
      return {
        total: all.length,
        acknowledged: all.filter(([, { state }]) => state === 'acknowledged').length,
        denied: all.filter(([, { state }]) => state === 'denied').map(([name]) => name),
        headLag: all.reduce((most, [, { lag }]) => Math.max(most, lag), 0),
      };
    },
  };
}

const NOT_ANSWERED: { code: ProblemCode; detail: string } = {
  code: 'internal_error',
  detail: 'The server did not say how this channel begins.',
};
