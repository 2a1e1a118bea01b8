import { describe, expect, it } from 'vitest';
import { createInProcessBus } from '@greenlight/bus/in-process-bus';
import type { FramedPublication } from './framed-publication.ts';
import type { FramedRun } from './framed-run.ts';
import { createHub } from './hub.ts';
import { openStage } from './testing/stage.ts';

const event = { id: '1', type: 't', source: '/s', time: '2026-01-01T00:00:00Z', specversion: '1.0' } as const;

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the hub', () => {
  it('reads once for all who ask for the same page at the same time, but never shares what is older than the news', async () => {
    await using stage = await openStage();
    const gate = Promise.withResolvers<void>();
    // As a log over a network: what it read may be old when it arrives.
    const slow: typeof stage.rawLog = {
      ...stage.rawLog,
      async read(channel, options) {
        const page = await stage.rawLog.read(channel, options);
        await gate.promise;
        return page;
      },
    };
    const hub = createHub({ log: slow, bus: createInProcessBus().join(), limits: stage.services.limits });
    const before = hub.read('n', 0);
    const together = hub.read('n', 0);
    const appended = await stage.rawLog.append({ appends: [{ channel: 'n', events: [event] }] });
    if (!appended.ok) throw new Error(appended.reason);
    const epoch = appended.results[0]?.epoch ?? '';
    hub.broadcast({ channel: 'n', epoch, entries: [{ offset: 1, json: JSON.stringify(event) }] });
    const after = hub.read('n', 0);
    gate.resolve();
    expect((await before).publications).toHaveLength(0);
    expect(await together).toBe(await before);
    expect((await after).publications.map(({ offset }) => offset)).toEqual([1]);
    hub.close();
  });

  it('encodes a publication once for each encoding, whoever wants it', async () => {
    await using stage = await openStage();
    const { hub } = stage.services;
    const got: FramedPublication[] = [];
    for (let n = 0; n < 3; n += 1) hub.add('n', { offer: (run) => got.push(...run.publications) });
    expect(hub.subscribers('n')).toBe(3);
    await stage.publish('n', 'ü');
    await tick();
    const [first, second, third] = got.map(({ webSocket }) => webSocket);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(got[0]?.sse.toString()).toBe(`id: ${got[0]?.epoch}:1\ndata: ${got[0]?.text}\n\n`);
    expect(first?.subarray(4).toString()).toBe(got[0]?.text);
  });

  it('offers what was broadcast in one tick as one run, and begins another where offsets do not follow', async () => {
    await using stage = await openStage();
    const { hub } = stage.services;
    const got: FramedRun[] = [];
    hub.add('n', { offer: (run) => got.push(run) });
    const broadcast = (epoch: string, ...offsets: number[]): void =>
      hub.broadcast({
        channel: 'n',
        epoch,
        entries: offsets.map((offset) => ({ offset, json: `{"n":${offset}}` })),
      });
    broadcast('a', 1);
    broadcast('a', 2, 3);
    broadcast('a', 3);
    broadcast('b', 4);
    broadcast('b', 6);
    expect(got).toEqual([]);
    await tick();
    const offsets = got.map(({ publications }) => publications.map(({ offset }) => offset));
    expect(offsets).toEqual([[1, 2, 3], [3], [4], [6]]);
    expect(got.map(({ epoch, first, last }) => [epoch, first, last])).toEqual([
      ['a', 1, 3],
      ['a', 3, 3],
      ['b', 4, 4],
      ['b', 6, 6],
    ]);
    const [run] = got;
    expect(run?.webSocket).toEqual(Buffer.concat(run?.publications.map(({ webSocket }) => webSocket) ?? []));
    expect(run?.sse).toEqual(Buffer.concat(run?.publications.map(({ sse }) => sse) ?? []));
  });
});
