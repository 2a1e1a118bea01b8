/** Server-Sent Events and long-poll against the real gateway: all that a WebSocket does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, ClientOptions } from '../client.ts';
import { collect, connect as connectTo, statusWhen } from '../test/live-client.ts';

let gateway: GatewayProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
  await writeFile(join(folder, 'page.md'), '# Page\n\nA [link](nowhere.md).\n');
  gateway = await startGateway({ cwd: folder });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const FAST = { firstRetryMs: 20, longestRetryMs: 100 };
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

describe.each(['sse', 'long-poll'] as const)('over %s, a client', (transport) => {
  const connect = (options: ClientOptions = {}): Client & Disposable =>
    connectTo({
      url: gateway.url,
      credential: { token: gateway.apiKey },
      transports: [transport],
      limits: FAST,
      ...options,
    });

  it('[K32] is live, publishes, and is told of each channel by itself', async () => {
    using client = connect();
    const feed = collect(client, `${transport}-news`);
    const status = await statusWhen(client, ({ live }) => live);
    expect(status).toMatchObject({ state: 'open', transport, better: null, refusal: null });
    const published = await client.publish(`${transport}-news`, { type: 'note', data: 'a' });
    expect(published).toMatchObject({ ok: true, offset: 1, durability: 'disk' });
    await feed.hasData(1);
    expect(feed.data).toEqual(['a']);
    expect(await client.publish('workflows', { type: 'note' })).toMatchObject({
      ok: false,
      code: 'channel_forbidden',
      retryable: false,
    });
    const denied = collect(client, 'user:somebody-else');
    await denied.hasOutcomes(1);
    expect(denied.outcomes).toMatchObject([{ outcome: 'denied', code: 'channel_forbidden' }]);
    await statusWhen(client, ({ live, subscriptions }) => live && subscriptions.denied.length === 1);
  });

  it('[K33] subscribes and unsubscribes while events come, and loses and repeats none', async () => {
    using client = connect();
    using writer = connectTo({ url: gateway.url, credential: { token: gateway.apiKey } });
    const steady = collect(client, `${transport}-steady`);
    await statusWhen(client, ({ live }) => live);
    const count = 60;
    const publishing = (async () => {
      for (const number of upTo(count)) {
        const published = await writer.publish(`${transport}-steady`, { type: 'note', data: number });
        if (!published.ok) throw new Error(published.detail);
      }
    })();
    for (const number of upTo(8)) {
      const passing = collect(client, `${transport}-${number}`, 'earliest');
      await passing.hasOutcomes(1);
      if (number % 2 === 0) passing.subscription.close();
    }
    await Promise.all([publishing, steady.hasData(count)]);
    expect(steady.offsets).toEqual(upTo(count));
    expect(steady.outcomes.map(({ outcome }) => outcome)).toEqual(['continued']);
    expect(client.status.current.subscriptions).toMatchObject({ total: 5, acknowledged: 5 });
  });

  it('[K32] follows a run from its snapshot to its end, and steers it', async () => {
    using client = connect();
    const started = await client.start('validation', { paths: ['page.md'] });
    if (!started.ok) throw new Error(started.detail);
    const end = await started.run.done;
    expect(end).toMatchObject({ ok: true, run: { state: 'completed', progress: { completed: 1 } } });
    expect(await started.run.cancel()).toMatchObject({ ok: false, code: 'state_conflict' });
    using visitor = connect();
    expect(await visitor.run(started.run.id).done).toEqual(end);
  });

  it('[K32] reads why it is refused, and stops', async () => {
    using client = connect({ credential: { token: 'gl_0123456789abcdef_AAAA' } });
    collect(client, 'news');
    const { refusal, attempt } = await statusWhen(client, ({ state }) => state === 'refused');
    expect(refusal).toMatchObject({ status: 401, attempt, retryable: false });
    client.setCredential({ token: gateway.apiKey });
    await statusWhen(client, ({ live }) => live);
  });

  it('[K32] shows a fresh ticket with each request', async () => {
    const headers = { authorization: `Bearer ${gateway.apiKey}` };
    const ticket = async (): Promise<string> => {
      const response = await fetch(`${gateway.url}/api/v1/auth/ws-ticket`, { method: 'POST', headers });
      return ((await response.json()) as { ticket: string }).ticket;
    };
    using client = connect({ credential: { ticket } });
    const feed = collect(client, `${transport}-tickets`);
    await statusWhen(client, ({ live }) => live);
    const another = collect(client, `${transport}-more-tickets`);
    await another.hasOutcomes(1);
    expect(await client.publish(`${transport}-tickets`, { type: 'note', data: 1 })).toMatchObject({
      ok: true,
    });
    await feed.hasData(1);
  });

  it('[K15] hands over every event once and in order while its connections are cut', async () => {
    await using proxy = await startFaultProxy(gateway.url);
    using client = connect({ url: proxy.url });
    using writer = connectTo({ url: gateway.url, credential: { token: gateway.apiKey } });
    const feed = collect(client, `${transport}-cut`);
    await statusWhen(client, ({ live }) => live);
    for (const number of upTo(60)) {
      const published = await writer.publish(`${transport}-cut`, { type: 'note', data: number });
      if (!published.ok) throw new Error(published.detail);
      if (number % 15 === 0) proxy.strike({ kind: number % 2 === 0 ? 'cut' : 'reset' });
    }
    await feed.hasData(60);
    expect(feed.offsets).toEqual(upTo(60));
    expect(feed.outcomes.map(({ outcome }) => outcome)).not.toContain('reset');
  });
});
