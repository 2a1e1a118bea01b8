/** Who was let in once is judged like anybody else the next time, and by the same word on every transport. */
import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type NodeOptions, startNode, type TestNode } from '../http/testing/start-node.ts';
import { SseClient, TestSocket } from '../testing/clients.ts';
import { newSigner, signWithSecret, startKeyServer } from './testing/issuer.ts';

const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';
const PASSWORD = 'a wide river at dawn';

let node: TestNode;
let ahead = 0;
async function start(options: NodeOptions = {}): Promise<void> {
  ahead = 0;
  node = await startNode({ clock: () => Date.now() + ahead, ...options });
}
afterEach(() => node[Symbol.asyncDispose]());

const TRANSPORTS = ['websocket', 'sse', 'long-poll', 'rest'] as const;
type Transport = (typeof TRANSPORTS)[number];
/** Those that read channels. */
const READERS = ['websocket', 'sse', 'long-poll'] as const;

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const pathOf = (transport: Transport, channel: string, since?: string): string => {
  const from = since === undefined ? '' : `&since=${since}`;
  const paths: Readonly<Record<Transport, string>> = {
    websocket: `/ws/${channel}?${from}`,
    sse: `/api/v1/sse?channels=${channel}${from}`,
    'long-poll': `/api/v1/poll?channels=${channel}&wait=0${from}`,
    rest: '/api/v1/auth/me?',
  };
  return paths[transport];
};

type Told = { readonly code: string; readonly status: number; readonly retryAfter: string | undefined };

/** One attempt; whoever is let in leaves at once. */
function attempt(
  transport: Transport,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const all = transport === 'websocket' ? { ...headers, ...UPGRADE } : headers;
  const request = get(`${node.url}${path}`, { agent: false, headers: all });
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('upgrade', (_incoming: IncomingMessage, socket: Socket) => {
      socket.destroy();
      resolve({ code: 'ok', status: 101, retryAfter: undefined });
    });
    request.on('response', (incoming) => {
      const { statusCode: status = 0, headers: got } = incoming;
      const told = { status, retryAfter: got['retry-after'] };
      if (status === 200) {
        incoming.destroy();
        resolve({ code: 'ok', ...told });
      } else
        void text(incoming)
          .then((body) => resolve({ code: (JSON.parse(body) as { code: string }).code, ...told }))
          .catch(reject);
    });
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function ticketOf(user: string): Promise<string> {
  const key = await node.key('viewer', { user });
  const { body } = await node.call('POST', '/api/v1/auth/ws-ticket', { key, body: {} });
  return (body as { ticket: string }).ticket;
}

/** Signs in somebody new; gives the headers of the session and how to change the account. */
async function signedIn(role: string) {
  const key = await node.key('admin');
  const account = { user: 'ada', name: 'Ada', role, password: PASSWORD, mustChangePassword: false };
  expect((await node.call('POST', '/api/v1/users', { key, body: account })).status).toBe(201);
  const login = await node.call('POST', '/api/v1/auth/login', { body: { user: 'ada', password: PASSWORD } });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  return {
    headers: { cookie, origin: node.url },
    become: (next: string) => node.call('PATCH', '/api/v1/users/ada', { key, body: { role: next } }),
  };
}

describe('coming back', () => {
  it('[C34] with a position, to a channel that may no longer be read, is refused on each transport', async () => {
    await start();
    const { headers, become } = await signedIn('operator');
    const channel = '$SYS:accounts';
    const { position } = (await node.call('GET', pathOf('long-poll', channel), { headers })).body;
    const resumed = (): Promise<readonly string[]> =>
      Promise.all(
        READERS.map(
          async (transport) => (await attempt(transport, pathOf(transport, channel, position), headers)).code,
        ),
      );
    expect(await resumed()).toEqual(['ok', 'ok', 'ok']);
    await become('viewer');
    expect(await resumed()).toEqual(['channel_forbidden', 'channel_forbidden', 'channel_forbidden']);
    expect(
      await attempt('sse', pathOf('sse', channel), { ...headers, 'last-event-id': position }),
    ).toMatchObject({
      code: 'channel_forbidden',
    });
  });

  it('[C34] with a subscription, to a channel that may no longer be read, is denied that channel', async () => {
    await start({ identity: { tokens: { secret: SECRET } } });
    const subscribed = async (claims: Record<string, unknown>) => {
      using socket = new TestSocket(
        { host: node.host, credential: await signWithSecret(SECRET, claims) },
        '/api/v1/ws',
      );
      const { channels } = await socket.subscribe({ orders: null, news: null });
      return channels as Record<string, { outcome: string; position: string }>;
    };
    expect(await subscribed({})).toMatchObject({
      orders: { outcome: 'continued' },
      news: { outcome: 'continued' },
    });
    expect(await subscribed({ channels: ['news'] })).toMatchObject({
      orders: { outcome: 'denied', code: 'channel_forbidden' },
      news: { outcome: 'continued' },
    });
  });

  it('[C34] with a token that ended in between is refused, between two long-polls too', async () => {
    await start({ identity: { tokens: { secret: SECRET } } });
    const headers = bearer(await signWithSecret(SECRET));
    const codes = (): Promise<readonly string[]> =>
      Promise.all(TRANSPORTS.map(async (one) => (await attempt(one, pathOf(one, 'orders'), headers)).code));
    expect(await codes()).toEqual(['ok', 'ok', 'ok', 'ok']);
    ahead = 2 * 3_600_000;
    expect(await codes()).toEqual(['token_expired', 'token_expired', 'token_expired', 'token_expired']);
  });

  it.each(READERS)(
    '[C34] over another transport with the ticket of the first, a %s, is refused',
    async (first) => {
      await start();
      const ticket = await ticketOf('dora');
      const code = async (one: Transport) =>
        (await attempt(one, `${pathOf(one, 'orders')}&ticket=${ticket}`)).code;
      expect(await code(first)).toBe('ok');
      for (const other of TRANSPORTS) expect(await code(other), other).toBe('ticket_already_used');
    },
  );
});

describe('on every transport', () => {
  it('[C17] an identity provider that is away is no fault of the token, and says when to come again', async () => {
    const signer = await newSigner('RS256');
    await using keys = await startKeyServer(signer);
    await keys.stop();
    await start({ identity: { tokens: { jwksUrl: keys.url } } });
    const headers = bearer(await signer.sign());
    for (const one of TRANSPORTS)
      expect(await attempt(one, pathOf(one, 'orders'), headers), one).toEqual({
        code: 'identity_provider_unreachable',
        status: 503,
        retryAfter: expect.stringMatching(/^[1-9]\d*$/),
      });
    await keys.restart();
    ahead = 60_000;
    for (const one of TRANSPORTS)
      expect((await attempt(one, pathOf(one, 'orders'), headers)).code, one).toBe('ok');
  });

  it(
    '[C7] of 1,000 handshakes at once with one ticket exactly one is let in',
    { timeout: 60_000 },
    async () => {
      await start({ limits: { attemptsPerMinute: 100_000, handshakesPerSecond: 100_000 } });
      const ticket = await ticketOf('dora');
      const told = await Promise.all(
        Array.from({ length: 1_000 }, (_, at) => {
          const one = READERS[at % READERS.length] as Transport;
          return attempt(one, `${pathOf(one, 'orders')}&ticket=${ticket}`);
        }),
      );
      const counted = Map.groupBy(told, ({ code }) => code);
      expect([...counted.keys()].toSorted()).toEqual(['ok', 'ticket_already_used']);
      expect(counted.get('ok')).toHaveLength(1);
    },
  );

  it('[C23] a new role ends what it may not read: an open stream, and a long-poll that waits', async () => {
    await start();
    const { headers, become } = await signedIn('operator');
    const channel = '$SYS:accounts';
    using stream = await SseClient.open(node, `/api/v1/sse?channels=${channel}&frames=all`, headers);
    await stream.until(({ data }) => data?.['type'] === 'welcome');
    const { position } = (await node.call('GET', pathOf('long-poll', channel), { headers })).body;
    const path = `/api/v1/poll?channels=${channel}&wait=55&since=${position}`;
    const waiting = node.call('GET', path, { headers });
    while (node.services.connections.countOfUser('ada') < 2) await node.call('GET', '/health/live');
    await become('viewer');
    expect((await stream.until(({ data }) => data?.['type'] === 'disconnect')).data).toMatchObject({
      code: 'forbidden',
    });
    // The change itself is the last that they hear.
    const { events } = (await waiting).body as { events: readonly { event: { type: string } }[] };
    expect(events.slice(1)).toEqual([]);
    for (const { event } of events) expect(event.type).toBe('system.account_changed');
    expect((await node.call('GET', path, { headers })).body.code).toBe('channel_forbidden');
  });

  it('[C25] narrower rights end the delivery with the frame that brings them', async () => {
    await start({ identity: { tokens: { secret: SECRET } } });
    const target = { host: node.host, credential: await signWithSecret(SECRET) };
    const service = { host: node.host, credential: await node.key('service') };
    using socket = new TestSocket(target, '/api/v1/ws');
    using publisher = new TestSocket(service, '/api/v1/ws');
    await socket.subscribe({ orders: null });
    const publish = (id: number) =>
      publisher.reply({ id, type: 'publish', channel: 'orders', event: { type: 'order.placed' } });
    await publish(1);
    await socket.event();
    const token = await signWithSecret(SECRET, { channels: ['invoices'] });
    await socket.send({ id: 9, type: 'auth', token });
    await socket.until(({ type }) => type === 'disconnect');
    await publish(2);
    expect((await socket.closed).code).toBe(4403);
    expect(socket.takeAll().filter(({ type }) => type === 'event')).toEqual([]);
  });
});
