/** Credentials that end while a connection is open, against the real gateway. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collect, connect, statusWhen } from './test/live-client.ts';

const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';
let gateway: GatewayProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
  const config = join(folder, 'greenlight.config.json');
  await writeFile(config, JSON.stringify({ tokens: { clockSkewSeconds: 0 } }));
  gateway = await startGateway({ env: { GREENLIGHT_JWT_SECRET: SECRET }, args: ['--config', config] });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
function tokenFor(seconds: number): string {
  const exp = Math.floor(Date.now() / 1_000) + seconds;
  const signed = `${encode({ alg: 'HS256' })}.${encode({ sub: 'dora', role: 'operator', exp })}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

/** Tells how many tokens were asked for; each ends after as many seconds as its turn says, the last turn for all later. */
function source(...seconds: number[]) {
  let asked = 0;
  const waiting = new Map<number, () => void>();
  return {
    token: async (): Promise<string> => {
      asked += 1;
      waiting.get(asked)?.();
      return tokenFor(seconds[Math.min(asked, seconds.length) - 1] ?? 0);
    },
    get asked() {
      return asked;
    },
    hasBeenAsked: (times: number): Promise<void> =>
      new Promise((resolve) => {
        if (asked >= times) resolve();
        else waiting.set(times, resolve);
      }),
  };
}

it('[K31] renews a token that is about to end on the open connection: no reconnect, and no event is lost', async () => {
  const { url } = gateway;
  const { token, hasBeenAsked } = source(3);
  using client = connect({ url, credential: { token } });
  using writer = connect({ url, credential: { token: gateway.apiKey } });
  const feed = collect(client, 'news');
  const first = await statusWhen(client, ({ live }) => live);
  const attempts = new Set<string>();
  client.status.subscribe(({ attempt }) => attempts.add(attempt));
  for (let turn = 1; turn <= 4; turn += 1) {
    await hasBeenAsked(turn);
    expect(await writer.publish('news', { type: 'note', data: turn })).toMatchObject({ ok: true });
    await feed.hasData(turn);
  }
  expect(feed.data).toEqual([1, 2, 3, 4]);
  expect(feed.outcomes).toHaveLength(1);
  expect(client.status.current).toMatchObject({ live: true, session: first.session, refusal: null });
  expect([...attempts]).toEqual([first.attempt]);
});

it.each(['sse', 'long-poll'] as const)('[K31] renews it over %s, and loses nothing', async (transport) => {
  const { url } = gateway;
  const { token, hasBeenAsked } = source(2);
  using client = connect({ url, credential: { token }, transports: [transport] });
  using writer = connect({ url, credential: { token: gateway.apiKey } });
  const feed = collect(client, transport);
  await statusWhen(client, ({ live }) => live);
  const states = new Set<string>();
  client.status.subscribe(({ state }) => states.add(state));
  for (let turn = 1; turn <= 3; turn += 1) {
    await hasBeenAsked(turn + 1);
    const other = collect(client, `${transport}-${turn}`);
    expect(await writer.publish(transport, { type: 'note', data: turn })).toMatchObject({ ok: true });
    await Promise.all([feed.hasData(turn), other.hasOutcomes(1)]);
    expect(other.outcomes).toMatchObject([{ outcome: 'continued' }]);
  }
  expect(feed.data).toEqual([1, 2, 3]);
  expect(states).not.toContain('refused');
  // A stream is told before; whoever polls hears of it with the next question.
  if (transport === 'sse') expect([...states]).toEqual(['open']);
});

it('[K31] connects once more with a fresh token when the renewal was refused, and loses nothing', async () => {
  const { url } = gateway;
  const tokens = source(3, -60, 3_600);
  using client = connect({ url, credential: tokens });
  using writer = connect({ url, credential: { token: gateway.apiKey } });
  const feed = collect(client, 'more');
  const { session } = await statusWhen(client, ({ live }) => live);
  const { refusal } = await statusWhen(client, (status) => status.live && status.session !== session);
  expect(refusal).toMatchObject({ code: 'token_expired', status: 401 });
  expect(await writer.publish('more', { type: 'note', data: 'after' })).toMatchObject({ ok: true });
  await feed.hasData(1);
  expect(feed.data).toEqual(['after']);
  expect(tokens.asked).toBe(3);
});

it('[K31] stops and shows the refusal when the fresh token is refused too', async () => {
  const tokens = source(3, -60);
  using client = connect({ url: gateway.url, credential: tokens });
  collect(client, 'less');
  const { refusal } = await statusWhen(client, ({ state }) => state === 'refused');
  expect(refusal).toMatchObject({ code: 'token_expired', retryable: false });
  expect(refusal?.fix).not.toBe('');
  expect(tokens.asked).toBe(3);
});
