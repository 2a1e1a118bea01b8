import { once } from 'node:events';
import { connect } from 'node:net';
import type { Problem } from '@greenlight/protocol/problem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type AnyFrame, TestSocket } from './testing/clients.ts';
import {
  exchange,
  handshakeBytes,
  type HandshakeParts,
  PAGE,
  PRIVATE,
  startTestServer,
  type TestServer,
} from './testing/handshake-server.ts';

const problemIn = (body: string): Problem => JSON.parse(body) as Problem;
const bearerEntry = (token: string): string =>
  `base64url.bearer.greenlight.${Buffer.from(token).toString('base64url')}`;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

type Explained = { frames: Record<string, unknown>[]; closeCode: number; reason: string };

/** What a browser's page would see. */
async function open(port: number, path: string, origin: string, protocols: string[]): Promise<Explained> {
  const websocket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { origin });
  const frames: Record<string, unknown>[] = [];
  websocket.on('message', (data: Buffer) =>
    frames.push(JSON.parse(data.toString()) as Record<string, unknown>),
  );
  const [closeCode, reason] = (await once(websocket, 'close')) as [number, Buffer];
  return { frames, closeCode, reason: reason.toString() };
}

describe('a WebSocket handshake, byte by byte', () => {
  let server: TestServer;
  let key: string;
  beforeAll(async () => {
    server = await startTestServer();
    ({ key } = await server.services.apiKeys.create({ name: 'tests', role: 'viewer', createdBy: 'tests' }));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const authorized = (parts: HandshakeParts = {}): HandshakeParts => ({
    ...parts,
    headers: { Authorization: `Bearer ${key}`, ...parts.headers },
  });

  const header = async (name: string, parts: HandshakeParts): Promise<string | undefined> =>
    (await exchange(server.port, handshakeBytes(parts))).headers.get(name);
  const attemptOf = async (parts: HandshakeParts): Promise<string> =>
    problemIn((await exchange(server.port, handshakeBytes(parts))).body).attempt;
  const firstOf = async (path: string): Promise<AnyFrame> => {
    using socket = new TestSocket(server, path, key);
    return await socket.next();
  };

  const cases: readonly [rule: string, code: string, status: number, parts: HandshakeParts][] = [
    ['[H5] another method', 'method_not_allowed', 405, { method: 'POST' }],
    ['[H5] CONNECT', 'method_not_allowed', 405, { method: 'CONNECT', path: '127.0.0.1:80' }],
    ['[H5] HTTP/1.0', 'malformed_request', 400, { version: '1.0' }],
    ['[H5] no Host', 'malformed_request', 400, { headers: { Host: null } }],
    ['[H5] two hosts in one header', 'malformed_request', 400, { headers: { Host: 'a, b' } }],
    [
      '[H5] another version',
      'unsupported_websocket_version',
      426,
      { headers: { 'Sec-WebSocket-Version': '8' } },
    ],
    ['[H5] no version', 'unsupported_websocket_version', 426, { headers: { 'Sec-WebSocket-Version': null } }],
    ['[H5] no key', 'bad_websocket_key', 400, { headers: { 'Sec-WebSocket-Key': null } }],
    ['[H5] a short key', 'bad_websocket_key', 400, { headers: { 'Sec-WebSocket-Key': 'c2hvcnQ=' } }],
    ['[H6] no Upgrade', 'upgrade_required', 426, { headers: { Upgrade: null, Connection: null } }],
    ['[H6] Connection lost on the way', 'upgrade_required', 426, { headers: { Connection: 'keep-alive' } }],
    ['[H6] an upgrade to another protocol', 'upgrade_required', 426, { headers: { Upgrade: 'h2c' } }],
    ['[H7] a foreign Host', 'host_not_allowed', 421, { headers: { Host: 'rebound.example' } }],
    ['[H1] no such path', 'route_not_found', 404, { path: '/ws/' }],
    ['[H1] a path that cannot be decoded', 'route_not_found', 404, { path: '/ws/%E0%A4%A' }],
    ['[H1] a channel name with a comma', 'route_not_found', 404, { path: '/ws/a%2Cb' }],
    ['[H1] a WebSocket where only REST is', 'route_not_found', 404, { path: PRIVATE.read }],
    ['[H8] a foreign Origin', 'origin_not_allowed', 403, { headers: { Origin: 'https://evil.example' } }],
    ['[H8] an opaque Origin', 'origin_not_allowed', 403, { headers: { Origin: 'null' } }],
    [
      '[H9] a list without greenlight.v1',
      'subprotocol_not_supported',
      400,
      { headers: { 'Sec-WebSocket-Protocol': 'graphql-ws' } },
    ],
    [
      '[H9] the credential alone',
      'subprotocol_not_supported',
      400,
      { headers: { 'Sec-WebSocket-Protocol': bearerEntry(JWT) } },
    ],
    [
      '[H9] the same entry twice',
      'malformed_request',
      400,
      { headers: { 'Sec-WebSocket-Protocol': 'greenlight.v1, greenlight.v1' } },
    ],
    ['[C3] no credential', 'credential_missing', 401, {}],
    ['[C3] the Basic of a proxy', 'credential_missing', 401, { headers: { Authorization: 'Basic YTpi' } }],
    [
      '[C3] an unexpanded variable',
      'credential_malformed',
      401,
      { headers: { Authorization: 'Bearer $TOKEN' } },
    ],
    ['[C3] an empty bearer', 'credential_malformed', 401, { headers: { Authorization: 'Bearer' } }],
    [
      '[C3] a subprotocol entry that does not decode',
      'credential_malformed',
      401,
      { headers: { 'Sec-WebSocket-Protocol': 'greenlight.v1, base64url.bearer.greenlight.!' } },
    ],
    ['[C4] a JWT', 'token_key_unknown', 401, { headers: { Authorization: `Bearer ${JWT}` } }],
    [
      '[C4] a key that nobody made',
      'api_key_unknown',
      401,
      { headers: { Authorization: 'Bearer gl_abc_def' } },
    ],
    ['[C7] a ticket that nobody made', 'ticket_unknown', 401, { path: '/ws/test?ticket=nonsense' }],
    [
      '[C10] a cookie of no session',
      'session_expired',
      401,
      { headers: { Cookie: 'greenlight_8585=abc', Origin: PAGE } },
    ],
    ['[C2] ?token=', 'credential_in_url', 400, { path: '/ws/test?token=abc' }],
    ['[C2] ?API-Key=', 'credential_in_url', 400, { path: '/ws/test?API-Key=abc' }],
    ['[C2] an API key as ticket', 'credential_in_url', 400, { path: '/ws/test?ticket=gl_abc_def' }],
    ['[C2] a JWT under a harmless name', 'credential_in_url', 400, { path: `/ws/test?v=${JWT}` }],
  ];

  it.each(cases)('%s is %s (%i)', async (_rule, code, status, parts) => {
    const answer = await exchange(server.port, handshakeBytes(parts));
    const problem = problemIn(answer.body);
    expect([problem.code, answer.status, problem.status]).toEqual([code, status, status]);
    expect(answer.statusLine).toMatch(/^HTTP\/1\.1 \d{3} [A-Z]/);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('greenlight-attempt')).toBe(problem.attempt);
    expect(problem.type).toBe(`https://live.example.com/docs/codes/${code}`);
    expect(server.services.attempts.publicVerdict(problem.attempt)).toMatchObject({
      outcome: 'refused',
      code,
    });
  });

  it('[H1] says which stages passed, which failed and which were not reached', async () => {
    const answer = await exchange(
      server.port,
      handshakeBytes({ headers: { Origin: 'https://evil.example' } }),
    );
    expect(problemIn(answer.body).checked.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual([
      'request passed',
      'host passed',
      'route passed',
      'origin failed',
      'subprotocol not_reached',
      'rate not_reached',
      'credential not_reached',
      'account not_reached',
      'permission not_reached',
      'capacity not_reached',
    ]);
  });

  it('[H4] adds the header that its status asks for', async () => {
    expect(await header('www-authenticate', {})).toBe('Bearer realm="Greenlight"');
    expect(await header('www-authenticate', { headers: { Authorization: 'Bearer x' } })).toContain(
      'error="invalid_token"',
    );
    expect(await header('allow', { method: 'POST' })).toBe('GET');
    const old = { headers: { 'Sec-WebSocket-Version': '8' } };
    expect(await header('sec-websocket-version', old)).toBe('13');
    expect(await header('upgrade', old)).toBe('websocket');
    expect(await header('upgrade', { headers: { Upgrade: null, Connection: null } })).toBe('websocket');
    expect(await header('connection', {})).toBe('close');
  });

  it('[H9] accepts, and echoes only greenlight.v1 and never the credential', async () => {
    const offer = `greenlight.v1 ,${bearerEntry(key)}, `;
    const answer = await exchange(
      server.port,
      handshakeBytes({
        path: '/ws',
        headers: { 'Sec-WebSocket-Protocol': offer, Upgrade: 'WebSocket, foo' },
      }),
    );
    expect(answer.status).toBe(101);
    expect(answer.headers.get('sec-websocket-protocol')).toBe('greenlight.v1');
    expect(answer.headers.get('sec-websocket-accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(answer.headers.get('greenlight-attempt')).toHaveLength(22);
    expect(JSON.stringify([...answer.headers])).not.toContain('bearer');
  });

  it('[H9] lets in a client that offers no subprotocol', async () => {
    const answer = await exchange(server.port, handshakeBytes(authorized()));
    expect([answer.status, answer.headers.has('sec-websocket-protocol')]).toEqual([101, false]);
  });

  it('[H7] takes the host of the public URL and any loopback name, on any port', async () => {
    for (const host of ['live.example.com', 'LOCALHOST:9', '[::1]:8585']) {
      const answer = await exchange(server.port, handshakeBytes(authorized({ headers: { Host: host } })));
      expect([host, answer.status]).toEqual([host, 101]);
    }
  });

  it('[H8] takes the origin of its own page', async () => {
    const headers = { Host: 'localhost:8585', Origin: 'http://localhost:8585' };
    expect((await exchange(server.port, handshakeBytes(authorized({ headers })))).status).toBe(101);
  });

  it('[H11] takes the attempt id of the client, and another one when it is in use', async () => {
    const mine = 'AAAAAAAAAAAAAAAAAAAAAA';
    expect(await attemptOf({ headers: { 'Greenlight-Attempt': mine } })).toBe(mine);
    expect(await attemptOf({ headers: { 'Greenlight-Attempt': mine } })).not.toBe(mine);
    expect(await attemptOf({ path: '/ws/test?attempt=BBBBBBBBBBBBBBBBBBBBBB' })).toBe(
      'BBBBBBBBBBBBBBBBBBBBBB',
    );
    expect(await attemptOf({ headers: { 'Greenlight-Attempt': 'short' } })).not.toBe('short');
  });

  it('[H2] answers and counts bytes that are no HTTP', async () => {
    const answer = await exchange(server.port, 'HELLO\r\n\r\n');
    const problem = problemIn(answer.body);
    expect(problem).toMatchObject({ code: 'malformed_request', status: 400 });
    expect(server.services.attempts.publicVerdict(problem.attempt)).toMatchObject({
      code: 'malformed_request',
    });
  });

  it('[H2] answers headers that are too large', async () => {
    const answer = await exchange(server.port, handshakeBytes({ headers: { Cookie: 'a'.repeat(20_000) } }));
    expect([answer.status, problemIn(answer.body).code]).toEqual([431, 'header_too_large']);
  });

  it('[H15] counts every refusal by transport and code', async () => {
    expect(await server.services.metrics.text()).toContain(
      'greenlight_handshakes_total{transport="websocket",outcome="refused",code="origin_not_allowed"}',
    );
  });

  it('[H15] publishes refused and accepted attempts on $SYS:handshakes, with header names only', async () => {
    await exchange(
      server.port,
      handshakeBytes(authorized({ headers: { 'Greenlight-Attempt': 'CCCCCCCCCCCCCCCCCCCCCC' } })),
    );
    await exchange(
      server.port,
      handshakeBytes({ headers: { 'Greenlight-Attempt': 'DDDDDDDDDDDDDDDDDDDDDD' } }),
    );
    const events = await server.published('$SYS:handshakes');
    expect(events.find(({ subject }) => subject === 'CCCCCCCCCCCCCCCCCCCCCC')).toMatchObject({
      type: 'handshake.accepted',
      data: { transport: 'websocket', path: '/ws/test', credential: 'api_key', code: null },
    });
    expect(events.find(({ subject }) => subject === 'DDDDDDDDDDDDDDDDDDDDDD')).toMatchObject({
      type: 'handshake.refused',
      data: {
        stage: 'credential',
        code: 'credential_missing',
        headers: [
          'host',
          'upgrade',
          'connection',
          'sec-websocket-version',
          'sec-websocket-key',
          'greenlight-attempt',
        ],
      },
    });
  });

  it('routes each WebSocket path to its session', async () => {
    expect(await firstOf('/api/v1/ws')).toMatchObject({ type: 'welcome' });
    expect(await firstOf('/ws')).toMatchObject({ type: 'welcome' });
    expect(await firstOf('/ws/test')).toEqual({ text: 'Hello from test WebSocket!' });
    const channels = {
      '/ws/validation_updates': 'validation_updates',
      '/ws/wf_42': 'workflow:wf_42',
      '/ws/my%3Achannel': 'my:channel',
    };
    for (const [path, channel] of Object.entries(channels))
      expect(await firstOf(path)).toMatchObject({ type: 'connection_established', channel });
  });

  it('[H1] refuses a channel that the credential may not read at the permission stage', async () => {
    const answer = await exchange(
      server.port,
      handshakeBytes(authorized({ path: '/ws/%24SYS%3Ahandshakes' })),
    );
    expect([answer.status, problemIn(answer.body).code]).toEqual([403, 'channel_forbidden']);
    expect(server.services.attempts.list({ code: 'channel_forbidden' })[0]?.facts).toMatchObject({
      credential: 'api_key',
    });
  });
});

describe('accept, then explain', () => {
  it('[H12] [H13] tells the page the problem in a frame and closes with 44xx', async () => {
    await using server = await startTestServer();
    const { frames, closeCode, reason } = await open(server.port, '/ws?ticket=nonsense', PAGE, [
      'greenlight.v1',
    ]);
    expect(frames).toEqual([
      expect.objectContaining({
        type: 'refusal',
        code: 'ticket_unknown',
        status: 401,
        docs: 'https://live.example.com/docs/codes/ticket_unknown',
      }),
    ]);
    expect(closeCode).toBe(4401);
    const attempt = frames[0]?.['attempt'] as string;
    expect(reason).toBe(`ticket_unknown ${attempt}`);
    expect(server.services.attempts.publicVerdict(attempt)).toMatchObject({
      outcome: 'refused',
      code: 'ticket_unknown',
    });
  });

  it('[H12] explains a wrong path as well', async () => {
    await using server = await startTestServer();
    const { closeCode, frames } = await open(server.port, '/api/v1/wss', PAGE, ['greenlight.v1']);
    expect([closeCode, frames[0]?.['code']]).toEqual([4404, 'route_not_found']);
  });

  it('[H12] lets a page in without a credential, for the first frame', async () => {
    await using server = await startTestServer();
    const websocket = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/ws`, ['greenlight.v1'], {
      origin: PAGE,
    });
    await once(websocket, 'open');
    websocket.send(JSON.stringify({ id: 1, type: 'auth', token: await server.key('viewer') }));
    const [message] = (await once(websocket, 'message')) as [Buffer];
    websocket.terminate();
    expect(JSON.parse(message.toString())).toMatchObject({ id: 1, type: 'ok', user: 'viewer' });
  });

  it('[H12] answers with HTTP when the Origin is foreign, absent, or the subprotocol was not offered', async () => {
    await using server = await startTestServer();
    const refused = { path: '/ws?ticket=nonsense' };
    const offer = { 'Sec-WebSocket-Protocol': 'greenlight.v1' };
    for (const headers of [{ ...offer, Origin: 'https://evil.example' }, offer, { Origin: PAGE }])
      expect((await exchange(server.port, handshakeBytes({ ...refused, headers }))).status).toBeGreaterThan(
        400,
      );
  });

  it('[H12] stops explaining above the cap and answers with HTTP', async () => {
    await using server = await startTestServer({ limits: { unauthenticatedConnections: 1 } });
    const headers = { 'Sec-WebSocket-Protocol': 'greenlight.v1', Origin: PAGE };
    const bytes = handshakeBytes({ path: '/ws?ticket=nonsense', headers });
    // A raw client never answers the close frame, so its socket stays open.
    const silent = connect(server.port, '127.0.0.1');
    silent.write(bytes);
    const [first] = (await once(silent, 'data')) as [Buffer];
    expect(first.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
    expect((await exchange(server.port, bytes)).status).toBe(401);
    silent.destroy();
  });

  it('[H12] hangs up on a refused client that does not, and on one that goes on sending', async () => {
    await using server = await startTestServer({
      limits: { authDeadlineMs: 50, unauthenticatedBytes: 1_024 },
    });
    const headers = { 'Sec-WebSocket-Protocol': 'greenlight.v1', Origin: PAGE };
    const bytes = handshakeBytes({ path: '/ws?ticket=nonsense', headers });
    for (const more of ['', 'x'.repeat(4_096)]) {
      const silent = connect(server.port, '127.0.0.1');
      silent.on('error', () => {});
      silent.resume();
      silent.write(bytes + more);
      await once(silent, 'close');
    }
  });
});
