/** Secrets of which each is put in one place only, on each transport; then everything that the gateway shows or keeps is searched for them. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exchange } from '@greenlight/server/testing/handshake-server';
import { startGateway, type GatewayProcess } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';

type Headers = Readonly<Record<string, string>>;
type Place = {
  readonly name: string;
  /** The secret alone, in every spelling in which it was sent. */
  readonly secrets: readonly string[];
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Headers;
};

const text = (): string => `canary${randomBytes(18).toString('hex')}`;
const encoded = (secret: string): string => Buffer.from(secret).toString('base64url');
const part = (value: object): string => encoded(JSON.stringify(value));

/** As the secrets of this server look: tickets, session cookies and sign-in codes. */
const ownSecret = (): string => randomBytes(32).toString('base64url');
/** In each form in which a credential can be recognised wherever it stands. */
const FORMS = {
  'an API key': () => {
    const secret = text();
    return { credential: `gl_abc_${secret}`, secrets: [secret] };
  },
  'a JWT': () => {
    const [claims, signature] = [part({ sub: text() }), text()];
    return { credential: `eyJhbGciOiJIUzI1NiJ9.${claims}.${signature}`, secrets: [claims, signature] };
  },
  'a ticket': () => {
    const secret = ownSecret();
    return { credential: secret, secrets: [secret] };
  },
} as const;

/** Where any text is a secret, because a credential belongs there or nothing that is shown. */
const ANY: Readonly<Record<string, (secret: string) => Omit<Place, 'name' | 'secrets'>>> = {
  'Authorization: Bearer': (secret) => ({ headers: { Authorization: `Bearer ${secret}` } }),
  'Authorization: Bearer gl_': (secret) => ({ headers: { Authorization: `Bearer gl_abc_${secret}` } }),
  'Authorization: Basic': (secret) => ({ headers: { Authorization: `Basic ${encoded(secret)}` } }),
  'Authorization without a scheme': (secret) => ({ headers: { Authorization: secret } }),
  'Authorization of an unknown scheme': (secret) => ({ headers: { Authorization: `${secret} x` } }),
  'Proxy-Authorization': (secret) => ({ headers: { 'Proxy-Authorization': `Basic ${encoded(secret)}` } }),
  'a header of its own': (secret) => ({ headers: { 'X-Api-Key': secret } }),
  'a cookie': (secret) => ({ headers: { Cookie: `theme=${secret}; ${secret}=1` } }),
  'the session cookie': (secret) => ({ headers: { Cookie: `SESSION=${secret}`, Origin: 'OWN' } }),
  'the subprotocol entry': (secret) => ({
    headers: { 'Sec-WebSocket-Protocol': `greenlight.v1, base64url.bearer.greenlight.${encoded(secret)}` },
  }),
  'a subprotocol entry of its own': (secret) => ({
    headers: { 'Sec-WebSocket-Protocol': `greenlight.v1, ${secret}` },
  }),
  'the only subprotocol entry': (secret) => ({ headers: { 'Sec-WebSocket-Protocol': secret } }),
  '?ticket=': (secret) => ({ query: `ticket=${secret}` }),
  '?token=': (secret) => ({ query: `token=${secret}` }),
  '?attempt=': (secret) => ({ query: `attempt=${secret}` }),
  'another query value': (secret) => ({ query: `v=${secret}` }),
  'a query name': (secret) => ({ query: `${secret}=1` }),
  'a query name beside a credential': (secret) => ({ query: `${secret}=gl_abc_${'0'.repeat(16)}` }),
  'Greenlight-Attempt': (secret) => ({ headers: { 'Greenlight-Attempt': secret } }),
  'User-Agent': (secret) => ({ headers: { 'User-Agent': secret } }),
  Referer: (secret) => ({ headers: { Referer: `https://app.example.com/?k=${secret}` } }),
  'X-Forwarded-For': (secret) => ({ headers: { 'X-Forwarded-For': secret } }),
  'Last-Event-ID': (secret) => ({ headers: { 'Last-Event-ID': secret } }),
};

/** Where other text is shown on purpose, so that only what looks like a credential can be kept back. */
const SHAPED: Readonly<Record<string, (credential: string) => Omit<Place, 'name' | 'secrets'>>> = {
  'the path': (credential) => ({ path: `/nowhere/${credential}/more` }),
  'a channel in the path': (credential) => ({ path: `/ws/${credential}` }),
  'a name of a header': (credential) => ({ headers: { [credential]: '1' } }),
  Origin: (credential) => ({ headers: { Origin: `https://${credential}` } }),
  Host: (credential) => ({ headers: { Host: `${credential}.example` } }),
  '?channels=': (credential) => ({ query: `channels=${credential}` }),
};

const SHAPED_PLACES: readonly Place[] = Object.entries(SHAPED).flatMap(([where, put]) =>
  Object.entries(FORMS).map(([form, make]) => {
    const { credential, secrets } = make();
    return { name: `${form} in ${where}`, secrets, ...put(credential) };
  }),
);
const PLACES: readonly Place[] = [
  ...SHAPED_PLACES,
  ...Object.entries(ANY).map(([name, put]) => {
    const secret = text();
    return { name, secrets: [secret, encoded(secret)], ...put(secret) };
  }),
];

const TRANSPORTS = {
  websocket: '/api/v1/ws',
  sse: '/api/v1/sse?channels=orders',
  'long-poll': '/api/v1/poll?channels=orders',
  rest: '/api/v1/auth/me',
} as const;
const OPENING: Headers = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

let gateway: GatewayProcess;
let port: number;
const answers: string[] = [];
const planted: { readonly name: string; readonly secrets: readonly string[] }[] = [...PLACES];

beforeAll(async () => {
  gateway = await startGateway();
  port = Number(new URL(gateway.url).port);
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function send(bytes: string): Promise<void> {
  const { statusLine, headers, body } = await exchange(port, bytes);
  answers.push(statusLine, JSON.stringify([...headers]), body);
}

function bytesFor(target: string, { path, query, headers }: Place, opening: Headers): string {
  const withQuery = query === undefined ? target : `${target}${target.includes('?') ? '&' : '?'}${query}`;
  const all = { Host: `127.0.0.1:${port}`, ...opening, ...headers };
  const lines = Object.entries(all).map(
    ([name, value]) =>
      `${name}: ${value.replace('OWN', gateway.url).replace('SESSION', `greenlight_${port}`)}\r\n`,
  );
  return `GET ${path ?? withQuery} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A request of REST with a body; `secrets` are in it. */
async function post(path: string, body: string, secrets: readonly string[]): Promise<void> {
  planted.push({ name: `the body of ${path}`, secrets });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(gateway.url + path, { method: 'POST', headers, body });
  answers.push(await response.text());
}

/** Everything that the socket is sent until it closes. */
async function firstFrame(frame: string, secrets: readonly string[]): Promise<void> {
  planted.push({ name: `the first frame ${frame.slice(0, 30)}`, secrets });
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/ws`, 'greenlight.v1');
  socket.on('open', () => socket.send(frame));
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => answers.push(data.toString()));
    socket.on('close', (_code, reason) => {
      answers.push(reason.toString());
      resolve();
    });
  });
}

/** What anybody could look into, by name. */
async function everythingShown(): Promise<ReadonlyMap<string, string>> {
  const asOperator = async (path: string): Promise<string> => {
    const headers = { authorization: `Bearer ${gateway.apiKey}` };
    const response = await fetch(gateway.url + path, { headers });
    expect(response.status, path).toBe(200);
    return response.text();
  };
  const shown = new Map([
    ['the answers', answers.join('\n')],
    ['/metrics', await asOperator('/metrics')],
    ['the list of handshakes', await asOperator('/api/v1/handshakes?limit=1000')],
    ['the list of connections', await asOperator('/api/v1/connections')],
    ['$SYS:handshakes', await asOperator('/api/v1/channels/$SYS:handshakes/history?limit=5000')],
    ['$SYS:connections', await asOperator('/api/v1/channels/$SYS:connections/history?limit=5000')],
    ['$SYS:accounts', await asOperator('/api/v1/channels/$SYS:accounts/history?limit=5000')],
    ['the settings', await asOperator('/api/v1/settings')],
    ['the output', gateway.output],
  ]);
  for (const entry of await readdir(gateway.data, { recursive: true, withFileTypes: true })) {
    // The one file whose purpose is to hold a key.
    if (!entry.isFile() || entry.name === 'admin.key') continue;
    const file = join(entry.parentPath, entry.name);
    shown.set(`the file ${entry.name}`, (await readFile(file)).toString('latin1'));
  }
  return shown;
}

it('[H16] no secret shows up in what the gateway answers, prints, counts, tells operators or stores', async () => {
  for (const place of PLACES)
    for (const [transport, target] of Object.entries(TRANSPORTS))
      await send(bytesFor(target, place, transport === 'websocket' ? OPENING : {}));
  // Those who are let in misplace their secrets too.
  const known = { Authorization: `Bearer ${gateway.apiKey}` };
  const inPath = SHAPED_PLACES.map((place) => ({
    ...place,
    path: place.path?.replace('/nowhere', '/api/v1/channels'),
  }));
  for (const place of [...SHAPED_PLACES, ...inPath])
    await send(bytesFor('/api/v1/poll?channels=a%20b', place, known));

  const malformed = (name: string, bytes: (secret: string) => string): Promise<void> => {
    const secret = text();
    planted.push({ name, secrets: [secret] });
    return send(bytes(secret));
  };
  await malformed('a method', (secret) => `${secret.toUpperCase()} / HTTP/1.1\r\n\r\n`);
  await malformed('a line that is no header', (secret) => `GET / HTTP/1.1\r\nHost: a\r\n${secret}\r\n\r\n`);
  await malformed(
    'a broken header',
    (secret) => `GET / HTTP/1.1\r\nHost: a\r\nAuth\u0000: ${secret}\r\n\r\n`,
  );
  await malformed('no HTTP', (secret) => `${secret}\r\n\r\n`);
  await malformed('too many headers', (secret) => `GET / HTTP/1.1\r\nCookie: ${secret.repeat(600)}\r\n\r\n`);
  await malformed('a bad version', (secret) => `GET /?k=${secret} HTTP/9.9\r\n\r\n`);

  for (const make of [text, ownSecret, () => `gl_abc_${text()}`]) {
    const credential = make();
    const secrets = [credential.replace('gl_abc_', '')];
    await firstFrame(JSON.stringify({ id: 1, type: 'auth', token: credential }), secrets);
    await firstFrame(JSON.stringify({ id: 1, type: 'auth', ticket: credential }), secrets);
    await firstFrame(JSON.stringify({ id: credential, type: credential, password: credential }), secrets);
    await firstFrame(`{"type":"auth","token":${credential}`, secrets);
    await post('/api/v1/auth/login', JSON.stringify({ code: credential }), secrets);
    await post('/api/v1/auth/login', JSON.stringify({ user: credential, password: credential }), secrets);
    await post('/api/v1/auth/login', `{"code":${credential}`, secrets);
    await post('/api/v1/auth/password', JSON.stringify({ current: credential, next: credential }), secrets);
    await post('/api/v1/commands', JSON.stringify({ type: 'auth', token: credential }), secrets);
  }

  // Good ones too, each made and used.
  const admin = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
  const asAdmin = async <T>(path: string, body: object): Promise<T> =>
    (await (
      await fetch(gateway.url + path, { method: 'POST', headers: admin, body: JSON.stringify(body) })
    ).json()) as T;
  const { key } = await asAdmin<{ key: string }>('/api/v1/keys', { name: 'canary', role: 'viewer' });
  const { ticket } = await asAdmin<{ ticket: string }>('/api/v1/auth/ws-ticket', {});
  const password = ownSecret();
  await asAdmin('/api/v1/users', { user: 'canary', role: 'viewer', password, mustChangePassword: false });
  const signedIn = await fetch(`${gateway.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'canary', password }),
  });
  expect(signedIn.status).toBe(200);
  const [cookie = ''] = signedIn.headers.getSetCookie();
  const session = /=([^;]+)/.exec(cookie)?.[1] ?? '';
  const good: readonly Headers[] = [
    { authorization: `Bearer ${key}` },
    { cookie: `greenlight_${port}=${session}` },
    { authorization: `Bearer ${gateway.apiKey}` },
  ];
  for (const headers of good) {
    const response = await fetch(`${gateway.url}/api/v1/sse?channels=orders`, { headers });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
  expect((await fetch(`${gateway.url}/api/v1/auth/me?ticket=${ticket}`)).status).toBe(200);
  planted.push({
    name: 'a good credential',
    secrets: [key, gateway.apiKey].map((each) => each.slice(each.indexOf('_', 3) + 1)),
  });
  planted.push({ name: 'what a good credential was made from', secrets: [ticket, password, session] });

  const shown = await everythingShown();
  // Whatever was refused is seen there, or the search would prove nothing.
  for (const name of ['the list of handshakes', '$SYS:handshakes', 'the output'])
    expect(shown.get(name)?.split('"origin"').length, name).toBeGreaterThan(PLACES.length);
  const found = planted.flatMap(({ name, secrets }) =>
    secrets.flatMap((secret) =>
      [...shown]
        .filter(([, content]) => content.includes(secret) || content.includes(secret.toLowerCase()))
        .map(([where]) => `${name} shows up in ${where}`),
    ),
  );
  expect([...new Set(found)]).toEqual([]);
}, 60_000);
