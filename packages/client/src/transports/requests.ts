/**
 * What a socket does on one connection, done with requests that name their channels: the stream is opened anew
 * wherever a socket would be sent a command, from the positions that were reached, and the old one goes on until the
 * new one has answered. Loaded only where it is needed. PROTOCOL.md, K32 and K33.
 */
import { serverFrameFrom } from '@greenlight/protocol/decode';
import type { ErrorReply, RefusalPush, ServerFrame, SubscribeOutcome } from '@greenlight/protocol/frames';
import { formatPosition, parsePosition, parseSince, type Since } from '@greenlight/protocol/position';
import type { Secret } from '../credential.ts';
import type { Refusal } from '../refusal.ts';
import { authorized, refusalIn } from '../rest.ts';
import type { Connection, Listener, OutgoingCommand, Target } from '../transport.ts';

/** Carries one stream until it ends; asks once or again and again. */
export type Carry = (stream: {
  /** Rejects unless the answer is one of the expected type; then the refusal has been told. */
  readonly ask: (
    path: string,
    contentType: string,
    query?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly frame: (value: unknown) => void;
  readonly heartbeatMs: () => number;
}) => Promise<void>;

type Sent = OutgoingCommand & { readonly id: number };
type Run = {
  readonly stop: AbortController;
  readonly since: ReadonlyMap<string, Since>;
  /** Commands that its first reply answers. */
  answering: Sent[];
  /** Stops the clock that is set for that reply. */
  readonly isAnswered: () => void;
};
type Outcomes = Readonly<Record<string, SubscribeOutcome>>;

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

const LATER: Pick<ErrorReply, 'code' | 'detail' | 'retryable' | 'fix'> = {
  code: 'internal_error',
  detail: 'The stream could not be opened anew.',
  retryable: true,
};

const channelsOf = (command: Sent): Readonly<Record<string, unknown>> =>
  command.type === 'subscribe' ? (command['channels'] as Readonly<Record<string, unknown>>) : {};

const channelsIn = (commands: readonly Sent[]): ReadonlySet<string> =>
  new Set(commands.flatMap((command) => Object.keys(channelsOf(command))));

/** Whoever begins at `begun` hears all that one who asked for `asked` has to hear. */
function covers(begun: Since | undefined, asked: Since | undefined): boolean {
  if (begun === undefined || asked === undefined) return false;
  if (begun === null || asked === null || typeof begun === 'string' || typeof asked === 'string')
    return begun === asked;
  return begun.epoch === asked.epoch && begun.offset <= asked.offset;
}

export function openRequests(carry: Carry, target: Target, listener: Listener): Connection {
  /** What was reached of each channel that is wanted. */
  const positions = new Map(target.wanted());
  let waiting: Sent[] = [];
  let current: Run | null = null;
  let next: Run | null = null;
  /** Of the next request; null: to be fetched, because the last one was good for one use. */
  let secret: Secret | null = target.secret;
  let isFirst = true;
  let isWelcome = true;
  let isDue = false;
  let isClosed = false;
  let heartbeatMs = 0;

  function soon(): void {
    if (isDue) return;
    isDue = true;
    queueMicrotask(renew);
  }

  function renew(): void {
    if (next || isClosed || !isDue) return;
    isDue = false;
    const since = new Map(positions);
    for (const command of waiting)
      for (const [channel, from] of Object.entries(channelsOf(command)))
        if (since.has(channel)) since.set(channel, parseSince(from) ?? null);
    const isAnswered = target.clock.after(target.openMs, () => {
      if (next !== self) return;
      self.stop.abort();
      over(self, null);
    });
    const self: Run = { stop: new AbortController(), since, answering: waiting, isAnswered };
    next = self;
    waiting = [];
    void run(self);
  }

  async function run(self: Run): Promise<void> {
    let refusal: Refusal | null = null;
    try {
      await carry({
        ask: (path, contentType, query) => ask(self, path, { contentType, query }),
        frame: (value) => take(self, value),
        heartbeatMs: () => heartbeatMs,
      });
    } catch (error) {
      if (error instanceof Refused) ({ refusal } = error);
    }
    if (!isClosed && !self.stop.signal.aborted) over(self, refusal);
  }

  async function ask(
    self: Run,
    path: string,
    { contentType, query }: { contentType: string; query: Readonly<Record<string, string>> | undefined },
  ): Promise<Response> {
    const url = new URL(`api/v1/${path}`, target.base);
    const reached = [...(self === current ? positions : self.since)].filter(([name]) => self.since.has(name));
    const from = reached.flatMap(([channel, at]) =>
      at === null ? [] : [`${channel}=${at === 'earliest' ? at : formatPosition(at)}`],
    );
    const parameters = {
      frames: 'all',
      ...(reached.length > 0 && { channels: reached.map(([channel]) => channel).join(',') }),
      ...(from.length > 0 && { since: from.join(',') }),
      ...(isFirst && { attempt: target.attempt }),
      ...query,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const shown = secret ?? (await target.fetchSecret());
    secret = shown.kind === 'ticket' ? null : shown;
    isFirst = false;
    const response = await target.fetch(url, { signal: self.stop.signal, ...authorized(url, shown) });
    const isExpected = response.headers.get('content-type')?.startsWith(contentType);
    if (!response.ok || !isExpected) throw new Refused(await refusalIn(response, target.attempt));
    if (isWelcome && !isClosed) listener.opened();
    return response;
  }

  /** Nothing more comes of this one. */
  function over(self: Run, refusal: Refusal | null): void {
    const isNext = self === next;
    self.isAnswered();
    if (isNext) next = null;
    else current = null;
    // A credential that ended concerns what is open as well: the next session begins with a fresh one.
    if (isNext && current && refusal?.status !== 401) {
      for (const { id } of self.answering) tell({ ...(refusal ?? LATER), id, type: 'error' } as ErrorReply);
      queueMicrotask(renew);
    } else if (!next) {
      close();
      if (refusal) tell({ type: 'refusal', ...refusal } as RefusalPush);
      else listener.ended(1006, '');
    }
  }

  const tell = (value: ServerFrame): void => listener.frame({ ok: true, value });

  function take(self: Run, value: unknown): void {
    if (isClosed || self.stop.signal.aborted) return;
    const decoded = serverFrameFrom(value);
    if (!decoded.ok) return listener.frame(decoded);
    const frame = decoded.value;
    if (frame.type === 'ok') return replied(self, frame['channels'] as Outcomes);
    if (frame.type === 'welcome') {
      ({ heartbeatMs } = frame);
      if (isWelcome) listener.frame(decoded);
      isWelcome = false;
      return;
    }
    if (self !== current && current) return;
    if (frame.type === 'event' || frame.type === 'snapshot') {
      const { channel, epoch, offset } = frame;
      const had = positions.get(channel);
      if (had === undefined || (frame.type === 'event' && covers({ epoch, offset }, had))) return;
      positions.set(channel, { epoch, offset });
    }
    listener.frame(decoded);
  }

  function replied(self: Run, outcomes: Outcomes): void {
    if (self === next) {
      self.isAnswered();
      current?.stop.abort();
      current = self;
      next = null;
    }
    const { answering } = self;
    self.answering = [];
    const asked = channelsIn(answering);
    const asking = channelsIn(waiting);
    for (const [channel, outcome] of Object.entries(outcomes)) {
      if (!positions.has(channel) || asking.has(channel)) continue;
      if (asked.has(channel)) {
        const position = outcome.outcome === 'denied' ? null : parsePosition(outcome.position);
        if (position) positions.set(channel, position);
        else positions.delete(channel);
      } else if (outcome.outcome !== 'continued' && outcome.outcome !== 'replayed') {
        // Nobody asked, so no reply can tell it: a new session will.
        close();
        return listener.ended(1006, '');
      }
    }
    for (const command of answering) {
      const told = Object.keys(channelsOf(command)).map((channel) => [channel, outcomes[channel]]);
      tell({ id: command.id, type: 'ok', ...(told.length > 0 && { channels: Object.fromEntries(told) }) });
    }
    queueMicrotask(renew);
  }

  function close(): void {
    isClosed = true;
    next?.isAnswered();
    for (const each of [current, next]) each?.stop.abort();
  }

  isDue = true;
  renew();
  return {
    send(command) {
      switch (command.type) {
        case 'subscribe': {
          const channels = Object.entries(channelsOf(command));
          const isAsked = channels.every(([channel, from]) =>
            covers(next?.since.get(channel), parseSince(from)),
          );
          for (const [channel] of channels) if (!positions.has(channel)) positions.set(channel, null);
          if (isAsked && next) next.answering.push(command);
          else {
            waiting.push(command);
            soon();
          }
          return;
        }
        case 'unsubscribe':
          for (const channel of command['channels'] as readonly string[]) positions.delete(channel);
          queueMicrotask(() => !isClosed && tell({ id: command.id, type: 'ok' }));
          soon();
          return;
        case 'auth':
          secret =
            typeof command['ticket'] === 'string'
              ? { kind: 'ticket', value: command['ticket'] }
              : { kind: 'token', value: String(command['token']), place: 'subprotocol' };
      }
      // A ping too is answered by a stream that opens: that the server answers something else proves nothing.
      waiting.push(command);
      soon();
    },
    close,
  };
}
