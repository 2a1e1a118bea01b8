/** Readers that stop reading, on real sockets: bounded, told, resumed, and nobody else's problem. PROTOCOL.md F5, S6. */
import { describe, expect, it } from 'vitest';
import { type AnyFrame, SseClient, TestSocket } from '../testing/clients.ts';
import { openStage, type Stage } from '../testing/stage.ts';

/** For a busy machine. */
const PATIENT = { timeout: 60_000 };
const LIMITS = { outboxBytes: 200_000, catchUpBytes: 50_000 };
const DATA = 'x'.repeat(30_000);
/** An event with `DATA` and all that is around it. */
const FRAME_BYTES = 31_000;

/** A reader of one channel, whatever its transport. */
type Reader = Disposable & {
  pause(): void;
  resume(): void;
  events(count: number): Promise<AnyFrame[]>;
  /** Of all that arrives until the end: the offsets of the events, and what was said last. */
  toTheEnd(): Promise<{ readonly offsets: number[]; readonly said: AnyFrame | undefined }>;
  /** What the end looks like to a client. */
  readonly ended: Promise<unknown>;
};
type Way = {
  readonly name: string;
  readonly open: (stage: Stage, channel: string, after: number | null) => Promise<Reader>;
  /** What a client hears before the end; undefined where its protocol has no words for it. */
  readonly said: object | undefined;
  readonly ended: unknown;
};

async function drained(
  next: () => Promise<AnyFrame>,
): Promise<{ offsets: number[]; said: AnyFrame | undefined }> {
  const offsets: number[] = [];
  let said: AnyFrame | undefined;
  try {
    for (;;) {
      const frame = await next();
      if (frame['type'] === 'event') offsets.push(frame['offset'] as number);
      if (frame['type'] === 'disconnect') said = frame;
    }
  } catch {
    return { offsets, said };
  }
}

const positionOf = async (stage: Stage, channel: string, after: number): Promise<string> =>
  `${(await stage.rawLog.read(channel, { after: 0, limit: 1 })).epoch}:${after}`;

function overSocket(socket: TestSocket): Reader {
  return {
    pause: () => socket.websocket.pause(),
    resume: () => socket.websocket.resume(),
    events: (count) => socket.events(count),
    toTheEnd: () => drained(() => socket.next()),
    ended: socket.closed,
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

function overSse(stream: SseClient): Reader {
  return {
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    events: (count) => stream.events(count),
    toTheEnd: () => drained(async () => (await stream.next()).data ?? {}),
    ended: Promise.resolve('the stream ended'),
    [Symbol.dispose]: () => stream[Symbol.dispose](),
  };
}

async function sse(path: string, stage: Stage, ready: (message: object) => boolean): Promise<Reader> {
  const stream = await SseClient.open(stage, path);
  await stream.until(ready);
  return overSse(stream);
}

const TOLD = {
  type: 'disconnect',
  code: 'slow_consumer',
  reason: expect.stringContaining('resume') as string,
};
const CLOSED = { code: 4290, reason: expect.stringMatching(/^slow_consumer [\w-]{22}$/) as string };

const WAYS: readonly Way[] = [
  {
    name: 'greenlight.v1',
    said: TOLD,
    ended: CLOSED,
    async open(stage, channel, after) {
      const socket = new TestSocket(stage, '/ws');
      await socket.subscribe({ [channel]: after === null ? null : await positionOf(stage, channel, after) });
      return overSocket(socket);
    },
  },
  {
    name: 'a plain WebSocket',
    said: TOLD,
    ended: CLOSED,
    async open(stage, channel, after) {
      const since = after === null ? '' : `?since=${await positionOf(stage, channel, after)}`;
      const socket = new TestSocket(stage, `/ws/${channel}${since}`);
      await socket.until(({ type }) => type === 'connection_established');
      return overSocket(socket);
    },
  },
  {
    name: 'SSE',
    said: undefined,
    ended: 'the stream ended',
    async open(stage, channel, after) {
      const since = after === null ? '' : `&since=${await positionOf(stage, channel, after)}`;
      return sse(`/api/v1/sse?channels=${channel}${since}`, stage, (message) => 'id' in message);
    },
  },
  {
    name: 'SSE with all frames',
    said: TOLD,
    ended: 'the stream ended',
    async open(stage, channel, after) {
      const since = after === null ? '' : `&since=${await positionOf(stage, channel, after)}`;
      return sse(
        `/api/v1/sse?channels=${channel}&frames=all${since}`,
        stage,
        ({ data }: AnyFrame) => data?.type === 'ok',
      );
    },
  },
];

/** The most bytes that ever waited for one connection, looked at in every turn of the event loop. */
function watchQueues(stage: Stage): { readonly most: () => number; readonly stop: () => void } {
  let most = 0;
  let watching = true;
  const look = (): void => {
    for (const { queuedBytes } of stage.services.connections.list()) most = Math.max(most, queuedBytes);
    if (watching) setImmediate(look);
  };
  look();
  return {
    most: () => most,
    stop: () => {
      watching = false;
    },
  };
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

describe('a slow consumer', () => {
  it.each(WAYS)(
    '[F5, S6] on $name is bounded, told and cut, holds up nobody, and resumes without a loss',
    PATIENT,
    async (way) => {
      await using stage = await openStage({ limits: LIMITS });
      using quick = new TestSocket(stage, '/ws');
      await quick.subscribe({ memory: null });
      using slow = await way.open(stage, 'memory', null);
      const queues = watchQueues(stage);
      slow.pause();
      let last = 0;
      while (stage.services.connections.list().every(({ channels }) => channels.length > 0)) {
        last = await stage.publish('memory', DATA);
        // It has this one before the next is published, whatever waits for the other.
        expect(await quick.event()).toMatchObject({ offset: last });
      }
      queues.stop();
      expect(queues.most()).toBeGreaterThan(LIMITS.outboxBytes);
      expect(queues.most()).toBeLessThanOrEqual(LIMITS.outboxBytes + FRAME_BYTES);
      slow.resume();
      const { offsets, said } = await slow.toTheEnd();
      if (way.said) expect(said).toMatchObject(way.said);
      else expect(said).toBeUndefined();
      expect(await slow.ended).toEqual(way.ended);
      expect(offsets).toEqual(upTo(offsets.length));
      expect(offsets.length).toBeLessThan(last);
      using again = await way.open(stage, 'memory', offsets.length);
      const rest = await again.events(last - offsets.length);
      expect([...offsets, ...rest.map(({ offset }) => offset as number)]).toEqual(upTo(last));
    },
  );

  it.each(WAYS.filter(({ name }) => ['greenlight.v1', 'SSE'].includes(name)))(
    '[F5, S6] on $name is bounded while it catches up from the log, and is not cut for it',
    PATIENT,
    async (way) => {
      await using stage = await openStage({ limits: LIMITS });
      const total = 500;
      for (let n = 0; n < total; n += 25) await stage.publish('disk', ...Array<string>(25).fill(DATA));
      const queues = watchQueues(stage);
      using slow = await way.open(stage, 'disk', 0);
      slow.pause();
      // It is read for as long as the kernel takes bytes; then the peer is waited for.
      while (queues.most() <= LIMITS.catchUpBytes) await new Promise(setImmediate);
      slow.resume();
      const events = await slow.events(total);
      queues.stop();
      expect(events.map(({ offset }) => offset as number)).toEqual(upTo(total));
      expect(queues.most()).toBeLessThanOrEqual(LIMITS.outboxBytes + FRAME_BYTES);
    },
  );
});

it(
  '[F5, S6] whoever reads as fast as it can is never cut for catching up, however large the ids are',
  PATIENT,
  async () => {
    await using stage = await openStage();
    const channels = Array.from({ length: 60 }, (_, n) => `${n}`.padEnd(100, '.'));
    const [first = ''] = channels;
    const many = 1_200;
    await stage.publish(first, ...Array<number>(many / 2).fill(1));
    await stage.publish(first, ...Array<number>(many / 2).fill(2));
    const queues = watchQueues(stage);
    using stream = await SseClient.open(stage, `/api/v1/sse?channels=${channels.join()}&since=earliest`);
    const events = await stream.events(many);
    queues.stop();
    expect(events.map(({ offset }) => offset as number)).toEqual(upTo(many));
    expect(queues.most()).toBeLessThanOrEqual(stage.services.limits.outboxBytes);
  },
);
