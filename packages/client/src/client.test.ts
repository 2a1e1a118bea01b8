/** The client over real sockets, against a server whose faults the test decides. */
import type { Publication } from '@greenlight/protocol/event';
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import { isAttemptId } from '@greenlight/protocol/problem';
import { describe, expect, it } from 'vitest';
import type { Client, ClientOptions } from './client.ts';
import { systemClock } from './clock.ts';
import { collect, connect as connectTo, statusWhen } from './test/live-client.ts';
import { type ProtocolServer, startProtocolServer } from './test/protocol-server.ts';

const FAST = { firstRetryMs: 10, longestRetryMs: 50 };

const connect = (server: ProtocolServer, options: ClientOptions = {}): Client & Disposable =>
  connectTo({ url: server.url, credential: { token: 'secret' }, limits: FAST, ...options });

describe('a subscription', () => {
  it('[K12] gets each publication once, whatever is sent twice', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.append('news', 1, { times: 2 });
    server.append('news', 2);
    await feed.hasData(2);
    expect(feed.data).toEqual([1, 2]);
    expect(feed.subscription.position).toEqual({ epoch: 'e1', offset: 2 });
  });

  it('[K13] asks the log for what a gap left out', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.append('news', 1);
    server.append('news', 2, { times: 0 });
    server.append('news', 3);
    await feed.hasData(3);
    expect(feed.data).toEqual([1, 2, 3]);
    expect(feed.outcomes.at(-1)).toEqual({ outcome: 'replayed', position: 'e1:1', count: 2 });
  });

  it('[K14] gets a last message that was lost with the next heartbeat', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.append('news', 'last', { times: 0 });
    server.beat();
    await feed.hasData(1);
    expect(feed.data).toEqual(['last']);
  });

  it('[K15] goes on from its own position after the connection was cut', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.append('news', 1);
    await feed.hasData(1);
    server.cut();
    await server.until(() => server.open === 0);
    server.append('news', 2);
    await feed.hasData(2);
    server.append('news', 3);
    await feed.hasData(3);
    expect(feed.data).toEqual([1, 2, 3]);
    expect(server.commands.filter(({ type }) => type === 'subscribe').at(-1)).toMatchObject({
      channels: { news: { epoch: 'e1', offset: 1 } },
    });
  });

  it('[K16] is told when the position means nothing any more', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.append('news', 1);
    await feed.hasData(1);
    server.restore('news', 'e2');
    server.cut();
    await feed.hasOutcomes(2);
    expect(feed.outcomes.at(-1)).toEqual({ outcome: 'reset', position: 'e2:0', reason: 'epoch_changed' });
    await feed.hasData(2);
    expect(feed.data).toEqual([1, 1]);
  });

  it('[K16] is told what trimming took from it', async () => {
    await using server = await startProtocolServer();
    for (const value of [1, 2, 3]) server.append('news', value);
    server.trim('news', 2);
    using client = connect(server);
    const outcomes: SubscribeOutcome[] = [];
    const { promise, resolve } = Promise.withResolvers<Publication>();
    const since = { epoch: 'e1', offset: 1 };
    client.subscribe('news', { since, onOutcome: (outcome) => outcomes.push(outcome) }, resolve);
    expect((await promise).offset).toBe(3);
    expect(outcomes).toEqual([{ outcome: 'reset', position: 'e1:2', reason: 'trimmed' }]);
  });

  it('[K17] shares its channel with another one that stands elsewhere', async () => {
    await using server = await startProtocolServer();
    for (const value of [1, 2, 3]) server.append('news', value);
    using client = connect(server);
    const now = collect(client, 'news');
    const all = collect(client, 'news', 'earliest');
    await all.hasData(3);
    server.append('news', 4);
    await Promise.all([now.hasData(1), all.hasData(4)]);
    expect(now.data).toEqual([4]);
    expect(all.data).toEqual([1, 2, 3, 4]);
    expect(client.status.current.subscriptions).toEqual({ total: 1, acknowledged: 1, denied: [] });
    all.subscription.close();
    server.append('news', 5);
    await now.hasData(2);
    expect(all.data).toHaveLength(4);
  });

  it('[K18] iterates with bounded memory: when full it takes no more, and reads the rest from the log', async () => {
    await using server = await startProtocolServer();
    for (let value = 1; value <= 100; value += 1) server.append('news', value);
    using client = connect(server, { limits: { ...FAST, bufferedPublications: 8 } });
    const seen: unknown[] = [];
    for await (const { event } of client.subscribe('news', { since: 'earliest' })) {
      seen.push(event.data);
      if (seen.length === 100) break;
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(server.commands.filter(({ type }) => type === 'subscribe').length).toBeGreaterThan(1);
    expect(client.status.current.subscriptions.total).toBe(0);
  });

  it('ends its loop when it is denied, and says why', async () => {
    await using server = await startProtocolServer();
    server.deny('secrets');
    using client = connect(server);
    const subscription = client.subscribe('secrets');
    for await (const publication of subscription) expect(publication).toBeUndefined();
    expect(subscription.outcome).toMatchObject({ outcome: 'denied', code: 'channel_forbidden' });
  });

  it('[K10] that is denied does not keep the others from being live', async () => {
    await using server = await startProtocolServer();
    server.deny('secrets');
    using client = connect(server);
    await Promise.all([collect(client, 'secrets').hasOutcomes(1), collect(client, 'news').hasOutcomes(1)]);
    server.beat();
    const { subscriptions } = await statusWhen(client, ({ live }) => live);
    expect(subscriptions).toEqual({ total: 2, acknowledged: 1, denied: ['secrets'] });
  });

  it('does not accept what is no channel name', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    expect(() => client.subscribe('a,b')).toThrow(TypeError);
  });
});

describe('the status', () => {
  it('[K10] is live with a welcome, all subscriptions answered and a heartbeat, and not before', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const lives: boolean[] = [];
    client.status.subscribe(({ live }) => lives.push(live));
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    expect(lives).not.toContain(true);
    server.beat();
    const status = await statusWhen(client, ({ live }) => live);
    expect(status).toMatchObject({
      state: 'open',
      transport: 'websocket',
      user: 'ada',
      node: 'n_1',
      build: 'b1',
      subscriptions: { total: 1, acknowledged: 1 },
      headLag: 0,
    });
    server.cut();
    await statusWhen(client, ({ live }) => !live);
  });

  it('[K8] is not live after two intervals without a heartbeat, and connects again', async () => {
    await using server = await startProtocolServer({ heartbeatMs: 40 });
    using client = connect(server);
    collect(client, 'news');
    await server.until(() => server.attempts.length === 2);
    expect(client.status.current.live).toBe(false);
  });

  it('[K9] connects at once when the machine wakes from its sleep', async () => {
    await using server = await startProtocolServer({ heartbeatMs: 100 });
    let slept = 0;
    const clock = { ...systemClock, now: () => Date.now() + slept };
    using client = connect(server, { clock, limits: { firstRetryMs: 60_000, longestRetryMs: 60_000 } });
    await collect(client, 'news').hasOutcomes(1);
    slept = 3_600_000;
    await server.until(() => server.attempts.length === 2);
  });

  it('measures the round trip', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    collect(client, 'news');
    const { rttMs } = await statusWhen(client, (status) => status.rttMs !== null);
    expect(rttMs).toBeGreaterThanOrEqual(0);
  });

  it('[K3] shows the refusal that a WebSocket hides, as the server tells it', async () => {
    await using server = await startProtocolServer();
    const problem = {
      code: 'origin_not_allowed',
      detail: 'http://evil.test may not connect.',
      fix: 'Allow it.',
      status: 403,
      retryable: false,
    } as const;
    server.refuse({ how: 'hidden', problem });
    using client = connect(server);
    collect(client, 'news');
    const { refusal, attempt } = await statusWhen(client, ({ state }) => state === 'refused');
    expect(refusal).toMatchObject({ ...problem, attempt });
    expect(isAttemptId(attempt)).toBe(true);
    expect(server.attempts.map((seen) => seen.attempt)).toEqual([attempt]);
  });

  it('[K3] says so when the server never saw the attempt, and goes on trying', async () => {
    await using server = await startProtocolServer();
    server.refuse({ how: 'unseen', problem: {} });
    using client = connect(server);
    const feed = collect(client, 'news');
    const { refusal } = await statusWhen(client, (status) => status.refusal !== null);
    expect(refusal).toMatchObject({ code: 'attempt_not_seen', fix: 'Look in front of it.', retryable: true });
    server.refuse(null);
    await feed.hasOutcomes(1);
  });

  it('[K4] stops at a refusal that is explained on the socket, until retry', async () => {
    await using server = await startProtocolServer();
    const problem = {
      code: 'api_key_revoked',
      detail: 'Revoked.',
      fix: 'Make another.',
      status: 401,
    } as const;
    server.refuse({ how: 'explained', problem: { ...problem, retryable: false } });
    using client = connect(server);
    const feed = collect(client, 'news');
    const { refusal } = await statusWhen(client, ({ state }) => state === 'refused');
    expect(refusal).toMatchObject(problem);
    expect(server.attempts).toHaveLength(1);
    server.refuse(null);
    client.retry();
    await feed.hasOutcomes(1);
  });

  it('[K11] refuses a frame that it does not know, instead of guessing', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.sendText('{"type":"surprise"}');
    const { refusal } = await statusWhen(client, ({ state }) => state === 'refused');
    expect(refusal?.code).toBe('unknown_frame_type');
  });

  it('[K11] takes what is no frame for damage on the way, and connects again', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.sendText('{"type":"event","chan');
    await feed.hasOutcomes(2);
    expect(server.attempts).toHaveLength(2);
    expect(client.status.current.state).toBe('open');
  });

  it('says that nothing can be reached, and comes back by itself', async () => {
    const server = await startProtocolServer();
    using client = connect(server);
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    await server[Symbol.asyncDispose]();
    const { refusal, state, retryAt } = await statusWhen(
      client,
      (status) => status.retryAt !== null && status.refusal !== null,
    );
    expect({ refusal, state, retryAt }).toMatchObject({ refusal: { code: 'unreachable' }, state: 'waiting' });
  });
});

describe('a credential', () => {
  it('[K19] is sent beside the subprotocol when it is a token, never in the URL', async () => {
    await using server = await startProtocolServer();
    using client = connect(server, { credential: { token: 'gl_1_sécret' } });
    await collect(client, 'news').hasOutcomes(1);
    expect(server.attempts).toEqual([
      { attempt: client.status.current.attempt, ticket: null, token: 'gl_1_sécret' },
    ]);
  });

  it('[K19] is fetched for each attempt when it is a ticket', async () => {
    await using server = await startProtocolServer();
    let minted = 0;
    const ticket = async (): Promise<string> => `t${(minted += 1)}`;
    using client = connect(server, { credential: { ticket } });
    const feed = collect(client, 'news');
    await feed.hasOutcomes(1);
    server.cut();
    await feed.hasOutcomes(2);
    expect(server.attempts.map((attempt) => attempt.ticket)).toEqual(['t1', 't2']);
  });

  it('[K19] is sent in a first frame when asked to be', async () => {
    await using server = await startProtocolServer();
    using client = connect(server, { credential: { token: 'secret', place: 'frame' } });
    await collect(client, 'news').hasOutcomes(1);
    expect(server.attempts[0]?.token).toBeNull();
    expect(server.commands[0]).toMatchObject({ type: 'auth', token: 'secret' });
  });

  it('[K5] is fetched once more after a 401', async () => {
    await using server = await startProtocolServer();
    const problem = { code: 'ticket_expired', detail: 'Too late.', fix: 'Be quicker.', status: 401 } as const;
    server.refuse({ how: 'explained', problem: { ...problem, retryable: false } });
    let minted = 0;
    const ticket = async (): Promise<string> => `t${(minted += 1)}`;
    using client = connect(server, { credential: { ticket } });
    collect(client, 'news');
    await statusWhen(client, ({ state }) => state === 'refused');
    expect(minted).toBe(2);
  });

  it('that cannot be had is said, and asked for again', async () => {
    await using server = await startProtocolServer();
    let asked = 0;
    const ticket = async (): Promise<string> => {
      asked += 1;
      if (asked === 1) throw new Error('no tickets today');
      return 't';
    };
    using client = connect(server, { credential: { ticket } });
    const feed = collect(client, 'news');
    const { refusal } = await statusWhen(client, (status) => status.refusal !== null);
    expect(refusal).toMatchObject({ code: 'credential_unavailable' });
    expect(refusal?.detail).toContain('no tickets today');
    await feed.hasOutcomes(1);
  });
});

describe('a command', () => {
  it('goes over the open connection', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    await collect(client, 'news').hasOutcomes(1);
    const published = await client.publish('news', { type: 'note', data: 1 });
    expect(published).toEqual({ ok: true, epoch: 'e1', offset: 1, durability: 'disk', duplicate: false });
    expect(server.posted).toEqual([]);
  });

  it('goes over HTTP while there is no connection', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    expect(await client.publish('news', { type: 'note', data: 1 })).toMatchObject({ ok: true, offset: 1 });
    expect(server.posted).toHaveLength(1);
    expect(client.status.current.state).toBe('idle');
  });

  it('gives a refusal as a value', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    await collect(client, 'news').hasOutcomes(1);
    expect(await client.publish('forbidden', { type: 'note' })).toMatchObject({
      ok: false,
      code: 'channel_forbidden',
    });
  });

  it('[K20] is repeated with the same idempotency key when it is a publication whose answer got lost', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    await collect(client, 'news').hasOutcomes(1);
    server.ignore('publish');
    const published = client.publish('news', { type: 'note', data: 1 });
    await server.until(() => server.commands.some(({ type }) => type === 'publish'));
    server.cut();
    expect(await published).toMatchObject({ ok: true });
    const keys = [...server.commands, ...server.posted].map((command) =>
      command.type === 'publish' ? command.idempotencyKey : undefined,
    );
    expect(new Set(keys.filter((key) => key !== undefined)).size).toBe(1);
  });

  it('[K20] is not repeated when that could do it twice', async () => {
    await using server = await startProtocolServer();
    using client = connect(server);
    await collect(client, 'news').hasOutcomes(1);
    server.ignore('start');
    const started = client.start('validation', {});
    await server.until(() => server.commands.some(({ type }) => type === 'start'));
    server.cut();
    expect(await started).toMatchObject({ ok: false, code: 'connection_lost', retryable: false });
    expect(server.posted).toEqual([]);
  });
});

it('[K38] is not shared between tabs that show a credential of their own, unless they have a name for it', async () => {
  await using server = await startProtocolServer();
  expect(() => connect(server, { shareAcrossTabs: true })).toThrow(/shareAcrossTabs/);
});

it('[K1] ends everything on close', async () => {
  await using server = await startProtocolServer();
  const client = connect(server);
  const subscription = client.subscribe('news');
  await statusWhen(client, ({ subscriptions }) => subscriptions.acknowledged === 1);
  client.close();
  for await (const publication of subscription) expect(publication).toBeUndefined();
  await server.until(() => server.open === 0);
  expect(client.status.current.state).toBe('closed');
  expect(() => client.subscribe('news')).toThrow(TypeError);
});
