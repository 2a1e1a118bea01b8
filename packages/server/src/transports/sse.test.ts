import { describe, expect, it } from 'vitest';
import { openStage } from '../testing/stage.ts';
import { SseClient } from '../testing/clients.ts';

describe('server-sent events', () => {
  it('[S1] forbids caching, and says at once where the stream stands', async () => {
    await using stage = await openStage();
    await stage.publish('b', 1);
    const { epoch } = await stage.rawLog.head('b');
    using stream = await SseClient.open(stage, '/api/v1/sse?channels=a,b');
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(await stream.next()).toEqual({ retry: '1000', id: `a=${epoch}:0,b=${epoch}:1` });
  });

  it('[S2] [S3] carries the position of all channels, and resumes from it', async () => {
    await using stage = await openStage();
    const { epoch } = await stage.rawLog.head('a');
    using stream = await SseClient.open(stage, '/api/v1/sse?channels=a,b');
    await stream.next();
    await stage.publish('a', 1);
    await stage.publish('b', 1);
    expect(await stream.until(({ data }) => data !== undefined)).toMatchObject({
      id: `a=${epoch}:1,b=${epoch}:0`,
      data: { type: 'event', channel: 'a', offset: 1 },
    });
    expect(await stream.next()).toMatchObject({ id: `a=${epoch}:1,b=${epoch}:1` });
    stream[Symbol.dispose]();
    await stage.publish('b', 2);
    await stage.publish('a', 2);
    const headers = { 'Last-Event-ID': stream.lastEventId };
    for (const path of [
      '/api/v1/sse?channels=a,b&since=earliest',
      `/api/v1/sse?channels=a,b&lastEventId=${stream.lastEventId}`,
    ]) {
      using again = await SseClient.open(stage, path, path.includes('lastEventId') ? {} : headers);
      const events = await again.events(2);
      expect(events.map(({ channel, offset }) => `${channel}:${offset}`).toSorted()).toEqual(['a:2', 'b:2']);
    }
  });

  it('[S4] tells of a gap first, and of nothing else', async () => {
    await using stage = await openStage();
    await stage.publish('a', 1);
    using lost = await SseClient.open(stage, '/api/v1/sse?channels=a', { 'Last-Event-ID': 'other:5' });
    await lost.next();
    expect((await lost.next()).data).toMatchObject({
      type: 'ok',
      channels: { a: { outcome: 'reset', reason: 'epoch_changed' } },
    });
    expect((await lost.next()).data).toMatchObject({ type: 'event', offset: 1 });
    using whole = await SseClient.open(stage, '/api/v1/sse?channels=a&since=earliest');
    await whole.next();
    expect((await whole.next()).data).toMatchObject({ type: 'event', offset: 1 });
  });

  it('[S4] [S5] gives all frames to those who ask, and comments to the others', async () => {
    await using stage = await openStage({ limits: { heartbeatMs: 40 } });
    using all = await SseClient.open(stage, '/api/v1/sse?channels=a&frames=all');
    using bare = await SseClient.open(stage, '/api/v1/sse?channels=a');
    expect((await all.next()).data).toMatchObject({ type: 'welcome', user: 'ada' });
    await all.next();
    expect((await all.next()).data).toMatchObject({
      id: 0,
      type: 'ok',
      channels: { a: { outcome: 'continued' } },
    });
    expect((await all.next()).data).toMatchObject({
      type: 'heartbeat',
      heads: { a: expect.stringMatching(/^\w+:0$/) },
    });
    await bare.next();
    expect(await bare.next()).toEqual({ comment: 'keep-alive' });
    await stage.services.connections.drain(1_000);
    expect(await all.until(({ data }) => data?.['type'] === 'disconnect')).toMatchObject({
      data: { code: 'moved' },
    });
    expect(await bare.until(({ retry }) => retry !== undefined)).toBeDefined();
    await expect(bare.next()).rejects.toThrow('the stream ended');
  });

  it('[S6] ends a stream that is read too slowly, which resumes without a loss', async () => {
    await using stage = await openStage({ limits: { outboxBytes: 100_000, catchUpBytes: 20_000 } });
    const stream = await SseClient.open(stage, '/api/v1/sse?channels=memory&frames=all');
    await stream.until(({ data }) => data?.['type'] === 'ok');
    stream.pause();
    let last = 0;
    while (stage.services.connections.list()[0]?.channels.length)
      last = await stage.publish('memory', 'x'.repeat(10_000));
    stream.resume();
    const before: number[] = [];
    for (;;) {
      const { data } = await stream.next();
      if (data?.['type'] === 'event') before.push(data['offset'] as number);
      if (data?.['type'] !== 'disconnect') continue;
      expect(data).toMatchObject({ code: 'slow_consumer' });
      break;
    }
    using resumed = await SseClient.open(stage, '/api/v1/sse?channels=memory', {
      'Last-Event-ID': stream.lastEventId,
    });
    const after = await resumed.events(last - before.length);
    expect([...before, ...after.map(({ offset }) => offset as number)]).toEqual(
      Array.from({ length: last }, (_, at) => at + 1),
    );
  });
});
