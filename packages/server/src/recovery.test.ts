/** Whatever happens to connections and announcements: every event once, in order, on every transport. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bus } from '@greenlight/bus/bus';
import { createInProcessBus } from '@greenlight/bus/in-process-bus';
import { openLog } from '@greenlight/log/open-log';
import { SseClient, TestSocket, poll, type AnyFrame } from './testing/clients.ts';
import { openStage, type Stage } from './testing/stage.ts';

const place = ({ channel, epoch, offset, event }: AnyFrame): string =>
  `${channel} ${epoch}:${offset} ${event.id}`;
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

describe('four transports', () => {
  it('[P2] see the same events at the same offsets', async () => {
    await using stage = await openStage();
    const { epoch } = await stage.rawLog.head('news');
    using socket = new TestSocket(stage, '/ws');
    using plain = new TestSocket(stage, '/ws/news');
    using stream = await SseClient.open(stage, '/api/v1/sse?channels=news');
    await socket.subscribe({ news: null });
    await plain.next();
    await stream.next();
    for (let n = 1; n <= 50; n += 1) await stage.publish('news', n);
    const polled = await poll(stage, `channels=news&since=${epoch}:0`);
    const seen = (await socket.events(50)).map(place);
    expect(seen).toHaveLength(50);
    expect((await plain.events(50)).map(place)).toEqual(seen);
    expect((await stream.events(50)).map(place)).toEqual(seen);
    expect(polled.events.map(place)).toEqual(seen);
  });
});

/** Reads `count` events from wherever the reader stands, then goes away; a reader is a new connection each time. */
type Visit = (stage: Stage, since: string, count: number) => Promise<readonly AnyFrame[]>;

const visits: Readonly<Record<string, Visit>> = {
  async websocket(stage, since, count) {
    using socket = new TestSocket(stage, '/ws');
    await socket.send({ id: 1, type: 'subscribe', channels: { news: since } });
    return await socket.events(count);
  },
  async plain(stage, since, count) {
    using socket = new TestSocket(stage, `/ws/news?since=${since}`);
    return await socket.events(count);
  },
  async sse(stage, since, count) {
    using stream = await SseClient.open(stage, '/api/v1/sse?channels=news', { 'Last-Event-ID': since });
    return await stream.events(count);
  },
  async poll(stage, since) {
    return (await poll(stage, `channels=news&since=${since}`)).events;
  },
};

describe('a reader that is cut again and again', () => {
  it('[P4] [P2] loses, repeats and reorders nothing while publishing goes on, whichever transport it comes back with', async () => {
    await using stage = await openStage({ limits: { catchUpBytes: 3_000, heartbeatMs: 200 } });
    const { epoch } = await stage.rawLog.head('news');
    const kinds = fc.constantFrom(...Object.keys(visits));
    const [script = []] = fc.sample(
      fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 25 })), { minLength: 60, maxLength: 60 }),
      { numRuns: 1, seed: 4711 },
    );
    const wanted = script.reduce((sum, [, count]) => sum + count, 0);
    const done = new AbortController();
    const publishing = (async () => {
      for (let n = 1; !done.signal.aborted || n <= wanted; n += 1)
        await stage.publish('news', 'x'.repeat(n % 400));
    })();
    const offsets: number[] = [];
    for (const [kind, count] of script) {
      const events = await (visits[kind] as Visit)(stage, `${epoch}:${offsets.at(-1) ?? 0}`, count);
      offsets.push(...events.map(({ offset }) => offset as number));
    }
    done.abort();
    await publishing;
    expect(offsets).toEqual(upTo(offsets.length));
    expect(offsets.length).toBeGreaterThanOrEqual(60);
  });

  it('[P4] many readers at once, each cut at its own moments', async () => {
    await using stage = await openStage();
    const { epoch } = await stage.rawLog.head('news');
    const last = 300;
    const reader = async (seed: number): Promise<number[]> => {
      const counts = fc.sample(fc.integer({ min: 1, max: 40 }), { numRuns: 400, seed });
      const offsets: number[] = [];
      for (const count of counts) {
        const left = last - offsets.length;
        if (left === 0) break;
        const events = await (visits['websocket'] as Visit)(
          stage,
          `${epoch}:${offsets.length}`,
          Math.min(count, left),
        );
        offsets.push(...events.map(({ offset }) => offset as number));
      }
      return offsets;
    };
    const readers = Array.from({ length: 12 }, (_, seed) => reader(seed));
    for (let n = 1; n <= last; n += 1) await stage.publish('news', n);
    for (const offsets of await Promise.all(readers)) expect(offsets).toEqual(upTo(last));
  });
});

describe('heartbeats', () => {
  it('[P8] never tell of a head that was not queued before, however fast events come', async () => {
    await using stage = await openStage({ limits: { heartbeatMs: 16 } });
    using socket = new TestSocket(stage, '/ws');
    await socket.subscribe({ news: null, memory: null });
    const had: Record<string, number> = { news: 0, memory: 0 };
    const done = new AbortController();
    const publishing = (async () => {
      while (!done.signal.aborted) await Promise.all([stage.publish('news', 1), stage.publish('memory', 1)]);
    })();
    let told = 0;
    for (let beats = 0; beats < 25;) {
      const frame = await socket.next();
      if (frame['type'] === 'event') had[frame['channel']] = frame['offset'] as number;
      if (frame['type'] !== 'heartbeat') continue;
      beats += 1;
      for (const [channel, head] of Object.entries(frame['heads'] as Record<string, string>)) {
        told += 1;
        expect(Number(head.split(':')[1])).toBe(had[channel]);
      }
    }
    done.abort();
    await publishing;
    expect(told).toBeGreaterThan(25);
  });

  it('[P9] bring what was announced to nobody', async () => {
    await using stage = await openStage({ limits: { heartbeatMs: 40 } });
    using socket = new TestSocket(stage, '/ws');
    await socket.subscribe({ news: null });
    const event = {
      id: '1',
      type: 't',
      source: '/s',
      time: '2026-01-01T00:00:00Z',
      specversion: '1.0',
    } as const;
    await stage.rawLog.append({ appends: [{ channel: 'news', events: [event, event] }] });
    expect((await socket.events(2)).map(({ offset }) => offset)).toEqual([1, 2]);
    expect(await socket.next()).toMatchObject({
      type: 'heartbeat',
      heads: { news: expect.stringMatching(/:2$/) },
    });
  });
});

/** Loses, repeats and holds back what it hears, as `choose` says. */
function unreliable(bus: Bus, choose: () => number): Bus {
  return {
    ...bus,
    listen: (listener) => {
      const heldBack: Parameters<typeof listener>[0][] = [];
      return bus.listen((announcement) => {
        const luck = choose();
        if (luck < 0.4) return;
        if (luck < 0.6) heldBack.push(announcement);
        else for (const each of [announcement, ...heldBack.splice(0)]) listener(each);
        if (luck > 0.9) listener(announcement);
      });
    },
  };
}

describe('two nodes over one log', () => {
  it('[P6] [P9] deliver all in order within a heartbeat, over a bus that loses, repeats and reorders', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'greenlight-two-'));
    const log = await openLog({ folder, retainEveryMs: 0 });
    const shared = createInProcessBus();
    const luck = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: 1_000, seed: 42 });
    let at = 0;
    const choose = (): number => luck[at++ % luck.length] as number;
    {
      const limits = { heartbeatMs: 100 };
      await using here = await openStage({ log, limits, bus: unreliable(shared.join(), choose) });
      await using there = await openStage({ log, limits, bus: unreliable(shared.join(), choose) });
      using one = new TestSocket(here, '/ws');
      using two = new TestSocket(there, '/ws');
      await one.subscribe({ news: null });
      await two.subscribe({ news: null });
      for (let n = 0; n < 200; n += 1) await (choose() < 0.5 ? here : there).publish('news', n);
      const [first, second] = await Promise.all([one.events(200), two.events(200)]);
      expect(first.map(({ offset }) => offset)).toEqual(upTo(200));
      expect(second.map(place)).toEqual(first.map(place));
    }
    await log.close();
    await rm(folder, { recursive: true });
  });
});
