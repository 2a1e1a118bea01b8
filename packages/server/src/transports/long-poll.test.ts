import type { RunSnapshot } from '@greenlight/protocol/run';
import { describe, expect, it } from 'vitest';
import { openStage } from '../testing/stage.ts';
import { poll } from '../testing/clients.ts';

describe('long-poll', () => {
  it('[W1] [W2] answers at once with the heads, and [W3] with what is newer', async () => {
    await using stage = await openStage();
    await stage.publish('a', 1);
    const { epoch } = await stage.rawLog.head('a');
    expect(await poll(stage, 'channels=a,b')).toEqual({
      position: `a=${epoch}:1,b=${epoch}:0`,
      events: [],
      outcomes: {
        a: { outcome: 'continued', position: `${epoch}:1` },
        b: { outcome: 'continued', position: `${epoch}:0` },
      },
    });
    expect(await poll(stage, `channels=a&since=${epoch}:0`)).toMatchObject({
      position: `${epoch}:1`,
      events: [{ type: 'event', channel: 'a', offset: 1, event: { data: 1 } }],
      outcomes: { a: { outcome: 'replayed', count: 1 } },
    });
  });

  it('[W3] waits for the first thing that comes, and tells a gap at once', async () => {
    await using stage = await openStage({ limits: { pollWaitSeconds: 0.05 } });
    const { epoch } = await stage.rawLog.head('a');
    const waiting = poll(stage, `channels=a,b&since=a=${epoch}:0,b=${epoch}:0`);
    await connected(stage.services.connections);
    await stage.publish('b', 'x', 'y');
    expect(await waiting).toMatchObject({
      position: `a=${epoch}:0,b=${epoch}:2`,
      events: [{ offset: 1 }, { offset: 2 }],
    });
    expect(await poll(stage, 'channels=a&since=other:3')).toMatchObject({
      position: `${epoch}:0`,
      events: [],
      outcomes: { a: { outcome: 'reset', reason: 'epoch_changed' } },
    });
    expect(await poll(stage, `channels=a&since=${epoch}:0&wait=1`)).toMatchObject({
      position: `${epoch}:0`,
      events: [],
    });
  });

  it('[W3] hears of what was announced to nobody within a heartbeat', async () => {
    await using stage = await openStage({ limits: { heartbeatMs: 40 } });
    const { epoch } = await stage.rawLog.head('a');
    const waiting = poll(stage, `channels=a&since=${epoch}:0`);
    await connected(stage.services.connections);
    const event = {
      id: '1',
      type: 't',
      source: '/s',
      time: '2026-01-01T00:00:00Z',
      specversion: '1.0',
    } as const;
    await stage.rawLog.append({ appends: [{ channel: 'a', events: [event] }] });
    expect(await waiting).toMatchObject({ events: [{ offset: 1 }] });
  });

  it('[W4] [W5] loses, repeats and reorders nothing while publishing goes on', async () => {
    await using stage = await openStage({ limits: { pollEvents: 7, pollBytes: 2_000 } });
    const channels = ['a', 'b', 'memory'];
    const total = 200;
    const publishing = (async () => {
      for (let n = 1; n <= total; n += 1)
        await Promise.all(channels.map((channel) => stage.publish(channel, 'x'.repeat(n))));
    })();
    let { position } = await poll(stage, `channels=${channels.join(',')}&since=earliest&wait=0`);
    position = position.replaceAll(/:\d+/g, ':0');
    const got = new Map(channels.map((channel) => [channel, [] as number[]]));
    while ([...got.values()].some(({ length }) => length < total)) {
      const answer = await poll(stage, `channels=${channels.join(',')}&since=${position}`);
      expect(answer.events.length).toBeLessThanOrEqual(7);
      for (const { channel, offset } of answer.events) got.get(channel)?.push(offset);
      position = answer.position;
    }
    await publishing;
    const all = Array.from({ length: total }, (_, at) => at + 1);
    for (const channel of channels) expect(got.get(channel)).toEqual(all);
  });

  it('[W6] ends when the client leaves, and answers when the node drains', async () => {
    await using stage = await openStage();
    const { connections } = stage.services;
    const { epoch } = await stage.rawLog.head('a');
    const leaving = new AbortController();
    const left = poll(stage, `channels=a&since=${epoch}:0`, leaving.signal);
    await connected(connections);
    expect(connections.list()).toMatchObject([{ transport: 'long-poll', channels: ['a'] }]);
    leaving.abort();
    await expect(left).rejects.toThrow();
    while (connections.count > 0) await new Promise(setImmediate);
    const draining = poll(stage, `channels=a&since=${epoch}:0`);
    await connected(connections);
    await connections.drain(1_000);
    expect(await draining).toMatchObject({ position: `${epoch}:0`, events: [] });
    expect(connections.count).toBe(0);
  });

  it('[W7] [P11] gives those who read every frame a snapshot of a run, what came after it, and the end', async () => {
    const id = `wf_${'0'.repeat(20)}`;
    const state = { id, state: 'running' } as RunSnapshot;
    await using stage = await openStage({ runs: new Map([[id, { run: state, offset: 1 }]]) });
    const channel = `workflow:${id}`;
    await stage.services.log.append({ appends: [{ channel, events: [stepOf(1), stepOf(2)] }] });
    const { epoch } = await stage.rawLog.head(channel);
    expect(await poll(stage, `channels=${channel}&frames=all&wait=0`)).toMatchObject({
      position: `${epoch}:2`,
      frames: [
        { type: 'welcome' },
        { type: 'ok', channels: { [channel]: { outcome: 'snapshot', position: `${epoch}:1` } } },
        { type: 'snapshot', channel, offset: 1, state },
        { type: 'event', channel, offset: 2 },
        { type: 'heartbeat', heads: { [channel]: `${epoch}:2` } },
      ],
    });
    const waiting = poll(stage, `channels=${channel}&frames=all&since=${epoch}:2&wait=20`);
    await connected(stage.services.connections);
    await stage.services.connections.drain(1_000);
    const { frames } = (await waiting) as unknown as { frames: readonly object[] };
    expect(frames.at(-1)).toMatchObject({ type: 'disconnect', code: 'moved' });
  });
});

async function connected(connections: { readonly count: number }): Promise<void> {
  while (connections.count === 0) await new Promise(setImmediate);
}

const stepOf = (number: number) =>
  ({
    id: `${number}`,
    type: 'step.progress',
    source: '/s',
    time: '2026-01-01T00:00:00Z',
    specversion: '1.0',
  }) as const;
