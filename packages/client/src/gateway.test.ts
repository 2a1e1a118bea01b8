/** The client against the real gateway in a process of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client, ClientOptions } from './client.ts';
import type { RunHandle } from './run.ts';
import { connect as connectTo, statusWhen } from './test/live-client.ts';

const DOCUMENTS = 60;
let gateway: GatewayProcess;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
  for (let page = 0; page < DOCUMENTS; page += 1)
    await writeFile(join(folder, `${page}.md`), `# Page ${page}\n\nA [link](nowhere-${page}.md).\n`);
  gateway = await startGateway({ cwd: folder });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const connect = (server: GatewayProcess, options: ClientOptions = {}): Client & Disposable =>
  connectTo({ url: server.url, credential: { token: server.apiKey }, ...options });

async function begin(client: Client): Promise<RunHandle> {
  const started = await client.start('validation', { paths: ['.'] });
  if (!started.ok) throw new Error(started.detail);
  return started.run;
}

it('[K10] is live, with a round trip and the server it talks to', async () => {
  using client = connect(gateway);
  client.subscribe('news', {}, () => undefined);
  const status = await statusWhen(client, ({ live, rttMs }) => live && rttMs !== null);
  expect(status).toMatchObject({
    state: 'open',
    transport: 'websocket',
    subscriptions: { total: 1, acknowledged: 1, denied: [] },
    refusal: null,
    headLag: 0,
  });
  expect(status.node).toMatch(/^n_/);
});

it('[K3] gets the real refusal of a WebSocket that was refused over HTTP', async () => {
  using client = connect(gateway, { credential: { token: 'gl_0123456789abcdef_AAAA' } });
  client.subscribe('news', {}, () => undefined);
  const { refusal, attempt } = await statusWhen(client, ({ state }) => state === 'refused');
  expect(refusal).toMatchObject({ status: 401, attempt, retryable: false });
  expect(refusal?.code).toMatch(/^(api_key_unknown|credential_malformed)$/);
  expect(refusal?.checked?.some(({ stage, outcome }) => stage === 'credential' && outcome === 'failed')).toBe(
    true,
  );
  client.setCredential({ token: gateway.apiKey });
  await statusWhen(client, ({ live }) => live);
});

it('[K19] is let in with a token in a first frame, and with a ticket for each attempt', async () => {
  using framed = connect(gateway, { credential: { token: gateway.apiKey, place: 'frame' } });
  framed.subscribe('news', {}, () => undefined);
  await statusWhen(framed, ({ live }) => live);
  const ticket = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${gateway.apiKey}` };
    const response = await fetch(`${gateway.url}/api/v1/auth/ws-ticket`, { method: 'POST', headers });
    return ((await response.json()) as { ticket: string }).ticket;
  };
  using ticketed = connect(gateway, { credential: { ticket } });
  ticketed.subscribe('news', {}, () => undefined);
  await statusWhen(ticketed, ({ live }) => live);
  ticketed.retry();
  await statusWhen(ticketed, ({ live }) => !live);
  await statusWhen(ticketed, ({ live }) => live);
});

it(
  '[K15] hands over every event once and in order while the server is killed twice',
  { timeout: 60_000 },
  async () => {
    await using server = await startGateway();
    using reader = connect(server, { limits: { firstRetryMs: 20, longestRetryMs: 100 } });
    using writer = connect(server);
    const acknowledged: number[] = [];
    const received: number[] = [];
    const count = 40;
    const reading = (async () => {
      for await (const { offset } of reader.subscribe('kills', { since: 'earliest' })) {
        received.push(offset);
        if (offset === count) return;
      }
    })();
    for (let number = 1; number <= count; number += 1) {
      const published = await writer.publish('kills', { type: 'note', data: number });
      if (!published.ok) throw new Error(published.detail);
      acknowledged.push(published.offset);
      if (number === 10 || number === 25) {
        await server.kill();
        await server.restart();
      }
    }
    await reading;
    expect(acknowledged).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    expect(received).toEqual(acknowledged);
  },
);

it('[K21] follows a run from start to end, and shows the same to a late visitor', async () => {
  using client = connect(gateway);
  const run = await begin(client);
  const types: string[] = [];
  const listening = (async () => {
    for await (const { event } of run.events()) types.push(event.type);
  })();
  const end = await run.done;
  await listening;
  if (!end.ok) throw new Error(end.detail);
  expect(end.run).toMatchObject({ state: 'completed', progress: { completed: DOCUMENTS, total: DOCUMENTS } });
  expect([types[0], types.at(-1)]).toEqual(['workflow.created', 'workflow.completed']);

  using visitor = connect(gateway);
  expect(await visitor.run(run.id).done).toEqual(end);
});

it('[K21] steers a run, over the connection and without one', async () => {
  using client = connect(gateway);
  const run = await begin(client);
  expect(await run.cancel()).toMatchObject({ ok: true, workflow: run.id, state: 'cancelled' });
  expect(await run.done).toMatchObject({ ok: true, run: { state: 'cancelled' } });
  expect(await run.resume()).toMatchObject({ ok: false, code: 'state_conflict' });

  using unconnected = connect(gateway);
  const { id } = await begin(client);
  expect(await unconnected.control(id, 'cancel')).toMatchObject({ ok: true, state: 'cancelled' });
  expect(unconnected.status.current.state).toBe('idle');
});

it('gets as a value what it may not do', async () => {
  using client = connect(gateway);
  const published = await client.publish('workflows', { type: 'note' });
  expect(published).toMatchObject({ ok: false, code: 'channel_forbidden', retryable: false });
  const started = await client.start('no-such-kind', {});
  expect(started).toMatchObject({ ok: false, code: 'invalid_input' });
});
