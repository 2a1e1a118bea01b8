import type { Problem } from '@greenlight/protocol/problem';
import { describe, expect, it } from 'vitest';
import { TestSocket } from './testing/clients.ts';
import {
  exchange,
  handshakeBytes,
  type HandshakeParts,
  PAGE,
  PRIVATE,
  PUBLIC,
  type RawAnswer,
  startTestServer,
  type TestServer,
} from './testing/handshake-server.ts';

const PLAIN = {
  Upgrade: null,
  Connection: 'close',
  'Sec-WebSocket-Version': null,
  'Sec-WebSocket-Key': null,
};

/** A REST request with these headers. */
const ask = ({ port }: TestServer, { headers, ...parts }: HandshakeParts = {}): Promise<RawAnswer> =>
  exchange(port, handshakeBytes({ path: PRIVATE.read, ...parts, headers: { ...PLAIN, ...headers } }));

const connect = ({ port }: TestServer, parts: HandshakeParts = {}): Promise<RawAnswer> =>
  exchange(port, handshakeBytes(parts));

const codeOf = ({ status, body }: RawAnswer): string =>
  status < 400 ? 'ok' : (JSON.parse(body) as Problem).code;

async function keyOf(server: TestServer): Promise<Record<string, string>> {
  const { key } = await server.services.apiKeys.create({ name: 'k', role: 'viewer', createdBy: 'tests' });
  return { Authorization: `Bearer ${key}` };
}

async function cookieOf(server: TestServer): Promise<Record<string, string>> {
  const code = await server.services.sessions.mintCode({ user: 'carol', name: 'Carol', role: 'viewer' });
  const signedIn = await server.services.sessions.signIn(code);
  if (!signedIn.ok) throw new Error(signedIn.failure.code);
  return { Cookie: `theme=dark; ${server.services.sessions.cookieName}=${signedIn.secret}` };
}

const seen = (server: TestServer) => server.services.attempts.list()[0];

describe('the ladder on REST', () => {
  it('[C4] gives one credential the same verdict as on a WebSocket', async () => {
    await using server = await startTestServer();
    const good = await keyOf(server);
    const bad = { Authorization: 'Bearer gl_abc_def' };
    expect(codeOf(await ask(server, { headers: good }))).toBe('ok');
    expect((await connect(server, { headers: good })).status).toBe(101);
    expect(codeOf(await ask(server, { headers: bad }))).toBe('api_key_unknown');
    expect(codeOf(await connect(server, { headers: bad }))).toBe('api_key_unknown');
  });

  it('[C1] takes the Authorization header before the cookie, and the cookie before the ticket', async () => {
    await using server = await startTestServer();
    const cookie = await cookieOf(server);
    const key = await keyOf(server);
    const user = async (parts: HandshakeParts): Promise<unknown> =>
      (JSON.parse((await ask(server, parts)).body) as { user?: string }).user;
    expect(await user({ headers: { ...cookie, ...key } })).toMatch(/^key_/);
    expect(await user({ path: `${PRIVATE.read}?ticket=nonsense`, headers: cookie })).toBe('carol');
  });

  it('[H8] lets a page of this server read with its cookie, and write only with an allowed Origin', async () => {
    await using server = await startTestServer();
    const cookie = await cookieOf(server);
    const verdict = async (method: string, headers: Record<string, string>): Promise<string> =>
      codeOf(
        await ask(server, {
          method,
          path: method === 'GET' ? PRIVATE.read : PRIVATE.write,
          headers: { ...cookie, 'Content-Length': '0', ...headers },
        }),
      );
    expect(await verdict('GET', {})).toBe('ok');
    expect(await verdict('GET', { 'Sec-Fetch-Site': 'same-origin' })).toBe('ok');
    expect(await verdict('GET', { 'Sec-Fetch-Site': 'cross-site' })).toBe('origin_not_allowed');
    expect(await verdict('GET', { Origin: 'https://evil.example' })).toBe('origin_not_allowed');
    expect(await verdict('POST', {})).toBe('origin_not_allowed');
    expect(await verdict('POST', { Origin: 'https://evil.example' })).toBe('origin_not_allowed');
    expect(await verdict('POST', { Origin: PAGE })).toBe('ok');
    expect(await verdict('POST', { Origin: 'http://127.0.0.1' })).toBe('ok');
  });

  it('[H8] does not open a WebSocket with a cookie from a foreign page, or from none', async () => {
    await using server = await startTestServer();
    const cookie = await cookieOf(server);
    const verdict = async (headers: Record<string, string>): Promise<number> =>
      (await connect(server, { headers: { ...cookie, ...headers } })).status;
    expect(await verdict({ Origin: 'https://evil.example' })).toBe(403);
    expect(await verdict({})).toBe(403);
    expect(await verdict({ Origin: PAGE })).toBe(101);
  });

  it('[H8] lets every page read what is public, and only allowed ones write there', async () => {
    await using server = await startTestServer();
    const verdict = async (method: string): Promise<string> => {
      const headers = { Origin: 'https://evil.example', 'Content-Length': '0' };
      const path = method === 'GET' ? PUBLIC.read : PUBLIC.write;
      return codeOf(await ask(server, { path, method, headers }));
    };
    expect(await verdict('GET')).toBe('ok');
    expect(await verdict('POST')).toBe('origin_not_allowed');
  });

  it('[H6] refuses a plain request to a WebSocket address, and [H1] a path or method that is not there', async () => {
    await using server = await startTestServer();
    expect(codeOf(await ask(server, { path: '/api/v1/ws' }))).toBe('upgrade_required');
    expect(codeOf(await ask(server, { path: '/nowhere' }))).toBe('route_not_found');
    const wrong = await ask(server, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('[H3] lets an allowed page read its refusal', async () => {
    await using server = await startTestServer();
    const { headers } = await ask(server, { headers: { Origin: PAGE } });
    expect(headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-expose-headers')).toContain('Greenlight-Attempt');
    const foreign = await ask(server, { headers: { Origin: 'https://evil.example' } });
    expect(foreign.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('[H1] leaves out the stages that mean nothing for a REST request', async () => {
    await using server = await startTestServer();
    const { checked } = JSON.parse((await ask(server)).body) as Problem;
    expect(checked.map(({ stage }) => stage)).toEqual([
      'request',
      'host',
      'route',
      'origin',
      'rate',
      'credential',
      'account',
      'permission',
      'capacity',
    ]);
  });

  it('[H15] counts REST requests that were let in, and keeps them out of $SYS:handshakes', async () => {
    await using server = await startTestServer();
    await ask(server, { headers: await keyOf(server) });
    expect(await server.services.metrics.text()).toContain(
      'greenlight_handshakes_total{transport="rest",outcome="accepted",code=""} 1',
    );
    expect(await server.published('$SYS:handshakes')).toEqual([]);
  });
});

describe('the public tier', () => {
  const settings = { explain: 'public' } as const;

  it('[H14] folds what would help whoever tries credentials, and keeps the exact code for the operator', async () => {
    await using server = await startTestServer({ settings });
    const answer = await ask(server, { headers: { Authorization: 'Bearer gl_abc_def' } });
    const problem = JSON.parse(answer.body) as Problem;
    expect(problem).toMatchObject({ code: 'credential_invalid', status: 401 });
    expect(answer.body + JSON.stringify([...answer.headers])).not.toContain('api_key');
    expect(server.services.attempts.publicVerdict(problem.attempt)).toMatchObject({
      code: 'credential_invalid',
    });
    expect(server.services.attempts.list()).toEqual([expect.objectContaining({ code: 'api_key_unknown' })]);
    expect(codeOf(await connect(server, { path: '/ws/test?ticket=x' }))).toBe('credential_invalid');
    expect(codeOf(await ask(server))).toBe('credential_missing');
  });

  it('[H14] never names allowed origins', async () => {
    await using open = await startTestServer();
    await using closed = await startTestServer({ settings });
    const headers = { Origin: 'https://evil.example' };
    expect((await connect(open, { headers })).body).toContain(PAGE);
    expect((await connect(closed, { headers })).body).not.toContain(PAGE);
  });
});

describe('rate and capacity', () => {
  it('[H10] lets one address try as often as the limit says, then names the time to wait', async () => {
    await using server = await startTestServer({ limits: { attemptsPerMinute: 5 } });
    for (let count = 0; count < 5; count += 1) expect(codeOf(await ask(server))).toBe('credential_missing');
    const answer = await ask(server);
    expect([answer.status, codeOf(answer)]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(codeOf(await connect(server))).toBe('rate_limited');
  });

  it('[H10] allows more than 300 attempts a minute by default', async () => {
    await using server = await startTestServer();
    const codes = await Promise.all(Array.from({ length: 310 }, () => ask(server).then(codeOf)));
    expect(new Set(codes)).toEqual(new Set(['credential_missing']));
  });

  it('[H10] does not count pages', async () => {
    await using server = await startTestServer({ limits: { attemptsPerMinute: 5 } });
    for (let count = 0; count < 20; count += 1)
      expect(codeOf(await ask(server, { path: PUBLIC.read }))).toBe('ok');
    expect(codeOf(await ask(server))).toBe('credential_missing');
  });

  it('[H10] does not count the work of those who are known', async () => {
    await using server = await startTestServer({ limits: { attemptsPerMinute: 5 } });
    const headers = await keyOf(server);
    for (let count = 0; count < 20; count += 1) expect(codeOf(await ask(server, { headers }))).toBe('ok');
  });

  it('[H10] lets those learn why who have used up their attempts, and a preflight pass', async () => {
    await using server = await startTestServer({ limits: { attemptsPerMinute: 1, lookupsPerMinute: 1 } });
    const lookup = { path: '/api/v1/handshakes/AAAAAAAAAAAAAAAAAAAAAA' };
    for (const code of ['credential_missing', 'rate_limited']) expect(codeOf(await ask(server))).toBe(code);
    expect(codeOf(await ask(server, { ...lookup, method: 'OPTIONS' }))).toBe('ok');
    expect(codeOf(await ask(server, lookup))).toBe('attempt_not_seen');
    expect(codeOf(await ask(server, lookup))).toBe('rate_limited');
  });

  it('[H20] counts attempts by user and by key, from whatever address', async () => {
    for (const limit of ['attemptsPerMinutePerUser', 'attemptsPerMinutePerKey'] as const) {
      await using server = await startTestServer({
        limits: { [limit]: 2 },
        settings: { trustedProxies: ['127.0.0.1'] },
      });
      const key = await keyOf(server);
      const from = (last: number) =>
        connect(server, { headers: { ...key, 'X-Forwarded-For': `203.0.113.${last}` } });
      expect([(await from(1)).status, (await from(2)).status]).toEqual([101, 101]);
      const answer = await from(3);
      expect([answer.status, codeOf(answer)]).toEqual([429, 'rate_limited']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(seen(server)).toMatchObject({ stage: 'capacity', facts: { credential: 'api_key' } });
    }
  });

  it('[H20] counts requests by key, user and address', async () => {
    for (const limit of ['Key', 'User', 'Address']) {
      await using server = await startTestServer({ limits: { [`commandsPerSecondPer${limit}`]: 2 } });
      const headers = await keyOf(server);
      const codes = await Promise.all(
        Array.from({ length: 12 }, () => ask(server, { headers }).then(codeOf)),
      );
      expect(new Set(codes)).toEqual(new Set(['ok', 'rate_limited']));
    }
  });

  it('[H20] counts bodies, and tells an open socket to slow down', async () => {
    await using server = await startTestServer({ limits: { bytesPerSecondPerUser: 300 } });
    const key = await server.key('operator');
    using socket = new TestSocket(server, '/ws', key);
    await socket.next();
    const headers = { Authorization: `Bearer ${key}`, 'Content-Length': '900' };
    const body = JSON.stringify({ type: 'note' }).padEnd(900);
    const path = '/api/v1/channels/orders/publications';
    const published = exchange(
      server.port,
      handshakeBytes({ path, method: 'POST', headers: { ...PLAIN, ...headers } }) + body,
    );
    expect((await published).status).toBe(200);
    const answer = await ask(server, { headers: { Authorization: headers.Authorization } });
    expect([answer.status, codeOf(answer)]).toEqual([429, 'rate_limited']);
    await socket.send({ id: 1, type: 'ping' });
    expect((await socket.closed).code).toBe(4429);
  });

  it('[H18] counts connections by key, whoever uses it', async () => {
    await using server = await startTestServer({ limits: { connectionsPerKey: 1 } });
    const key = await server.key('viewer');
    using only = new TestSocket(server, '/ws', key);
    await only.next();
    const second = await connect(server, { headers: { Authorization: `Bearer ${key}` } });
    expect(codeOf(second)).toBe('too_many_connections');
    expect((await connect(server, { headers: await keyOf(server) })).status).toBe(101);
  });

  it('[H18] [F8] renews a credential also where no further connection may be opened', async () => {
    await using server = await startTestServer({ limits: { connectionsPerUser: 1 } });
    const key = await server.key('viewer');
    using only = new TestSocket(server, '/ws', key);
    await only.next();
    expect(await only.reply({ id: 1, type: 'auth', token: key })).toMatchObject({ type: 'ok' });
  });

  it('[H18] refuses connections above the limit, and all of them while it goes down', async () => {
    await using full = await startTestServer({ limits: { connections: 1 } });
    const key = await full.key('viewer');
    const headers = { Authorization: `Bearer ${key}` };
    using only = new TestSocket(full, '/ws', key);
    await only.next();
    const answer = await connect(full, { headers });
    expect([answer.status, codeOf(answer)]).toEqual([429, 'too_many_connections']);
    expect(codeOf(await ask(full, { headers }))).toBe('ok');

    await using waiting = await startTestServer({ limits: { unauthenticatedConnections: 1 } });
    using unknown = new TestSocket(waiting, '/ws', null);
    await unknown.opened;
    const offer = { 'Sec-WebSocket-Protocol': 'greenlight.v1' };
    expect(codeOf(await connect(waiting, { path: '/ws', headers: offer }))).toBe('too_many_connections');

    await using leaving = await startTestServer();
    await leaving.drain();
    const drained = await connect(leaving, { headers: await keyOf(leaving) });
    expect([drained.status, codeOf(drained)]).toEqual([503, 'draining']);
    expect(Number(drained.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('[H17] refuses with internal_error when a check breaks, and says in the log how', async () => {
    await using server = await startTestServer();
    const headers = await keyOf(server);
    await server.rawLog.close();
    const answer = await ask(server, { headers });
    expect([answer.status, codeOf(answer)]).toEqual([500, 'internal_error']);
    expect(server.logged.join('')).toContain('A check of the ladder broke.');
  });
});

describe('behind proxies', () => {
  const forwarded = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7', 'X-Forwarded-Proto': 'https' };

  it('believes what a trusted proxy says about its client, and nobody else', async () => {
    await using trusting = await startTestServer({ settings: { trustedProxies: ['127.0.0.0/8'] } });
    await ask(trusting, { headers: forwarded });
    expect(seen(trusting)).toMatchObject({ address: '203.0.113.7', secure: true });
    await using wary = await startTestServer();
    await ask(wary, { headers: forwarded });
    expect(seen(wary)).toMatchObject({ address: '127.0.0.1', secure: false });
  });

  it('looks through a chain of trusted proxies', async () => {
    await using server = await startTestServer({
      settings: { trustedProxies: ['127.0.0.1', '203.0.113.0/24'] },
    });
    await ask(server, { headers: forwarded });
    expect(seen(server)).toMatchObject({ address: '198.51.100.1' });
  });
});
