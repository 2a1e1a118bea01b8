/** The client behind a proxy that breaks one transport after the other, against the real gateway. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultProxy, startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client, ClientOptions } from './client.ts';
import { collect, connect as connectTo, statusWhen } from './test/live-client.ts';

const HEARTBEAT_MS = 1_000;
let gateway: GatewayProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
  const config = join(folder, 'greenlight.config.json');
  await writeFile(config, JSON.stringify({ limits: { heartbeatMs: HEARTBEAT_MS } }));
  gateway = await startGateway({ args: ['--config', config] });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const connect = (proxy: FaultProxy, options: ClientOptions = {}): Client & Disposable =>
  connectTo({
    url: proxy.url,
    credential: { token: gateway.apiKey },
    limits: {
      firstRetryMs: 20,
      longestRetryMs: 100,
      welcomeMs: 500,
      firstUpgradeMs: 50,
      longestUpgradeMs: 200,
    },
    ...options,
  });
const writer = (): Client & Disposable =>
  connectTo({ url: gateway.url, credential: { token: gateway.apiKey } });
async function publish(client: Client, channel: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const published = await client.publish(channel, { type: 'note', data: number });
    if (!published.ok) throw new Error(published.detail);
  }
}
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

it('[K34] [K36] leaves a WebSocket that a proxy strips for SSE, says why, and comes back without a gap', async () => {
  await using proxy = await startFaultProxy(gateway.url);
  proxy.greet({ kind: 'strip-upgrade' });
  using client = connect(proxy);
  using source = writer();
  const feed = collect(client, 'stripped');
  const status = await statusWhen(client, ({ live }) => live);
  expect(status).toMatchObject({ transport: 'sse', better: { transport: 'websocket' } });
  expect(status.better?.refusal).toMatchObject({ code: 'upgrade_required', status: 426 });
  expect(await client.publish('stripped', { type: 'note', data: 1 })).toMatchObject({ ok: true });

  const lives: boolean[] = [];
  client.status.subscribe(({ live }) => lives.push(live));
  const publishing = publish(source, 'stripped', 50);
  proxy.heal();
  const risen = await statusWhen(client, ({ live, transport }) => live && transport === 'websocket');
  expect(risen.better).toBeNull();
  await publishing;
  await feed.hasData(51);
  expect(feed.offsets).toEqual(upTo(51));
  expect(lives).not.toContain(false);
});

it('[K34] leaves a WebSocket that opens and then carries nothing', async () => {
  await using proxy = await startFaultProxy(gateway.url);
  proxy.greet({ kind: 'drop-after-101' });
  using client = connect(proxy);
  collect(client, 'dropped');
  const { better } = await statusWhen(client, ({ live }) => live);
  expect(client.status.current.transport).toBe('sse');
  expect(better).toMatchObject({ transport: 'websocket', refusal: { code: 'connection_lost' } });
});

it('[K34] leaves an event stream that a proxy buffers for long-poll, where everything works too', async () => {
  await using proxy = await startFaultProxy(gateway.url);
  proxy.greet({ kind: 'strip-upgrade' }, { kind: 'buffer-sse', bytes: 65_536 });
  using client = connect(proxy);
  const feed = collect(client, 'buffered');
  const status = await statusWhen(client, ({ live }) => live);
  expect(status).toMatchObject({ transport: 'long-poll', better: { transport: 'websocket' } });
  await publish(client, 'buffered', 5);
  await feed.hasData(5);
  expect(feed.offsets).toEqual(upTo(5));
});

it('[K35] leaves an open WebSocket that falls silent within one heartbeat, and misses nothing', async () => {
  await using proxy = await startFaultProxy(gateway.url);
  using client = connect(proxy);
  using source = writer();
  const feed = collect(client, 'silent');
  await statusWhen(client, ({ live, transport }) => live && transport === 'websocket');
  const states = new Set<string>();
  client.status.subscribe(({ state }) => states.add(state));
  proxy.strike({ kind: 'stall', way: 'down' });
  proxy.greet({ kind: 'strip-upgrade' });
  await publish(source, 'silent', 10);
  await feed.hasData(10);
  expect(feed.offsets).toEqual(upTo(10));
  expect(client.status.current).toMatchObject({ transport: 'sse', better: { transport: 'websocket' } });
  expect([...states]).toEqual(['open']);
});

it('[K37] uses no transport that the application did not allow', async () => {
  await using proxy = await startFaultProxy(gateway.url);
  proxy.greet({ kind: 'strip-upgrade' });
  using client = connect(proxy, { transports: ['websocket'] });
  collect(client, 'only');
  const { refusal } = await statusWhen(client, ({ state }) => state === 'refused');
  expect(refusal).toMatchObject({ code: 'upgrade_required' });
});
