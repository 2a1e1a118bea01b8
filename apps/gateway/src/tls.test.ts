/** A port that speaks TLS itself, with a self-signed certificate, met from outside. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { LOCALHOST, RENEWED } from '@greenlight/testkit/tls/certificates';
import { WebSocket } from 'ws';
import { freePort } from './probe/testing/nginx.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** For a busy machine. */
const PATIENT = { timeout: 60_000 };
const ca = [LOCALHOST, RENEWED].map(({ cert }) => readFileSync(cert));
const CLI = join(
  dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))),
  'packages/cli/bin/greenlight.mjs',
);

type Answer = { readonly status: number; readonly cookies: readonly string[]; readonly body: string };

async function ask(gateway: GatewayProcess, path: string, body?: unknown): Promise<Answer> {
  const asked = request(`${gateway.url}${path}`, {
    ca,
    agent: false,
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${gateway.apiKey}` },
  }).end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(asked, 'response')) as [Parameters<typeof text>[0] & Incoming];
  const { statusCode: status = 0, headers } = response;
  return { status, cookies: headers['set-cookie'] ?? [], body: await text(response) };
}
type Incoming = { readonly statusCode?: number; readonly headers: { readonly 'set-cookie'?: string[] } };

const portOf = ({ url }: GatewayProcess): number => Number(new URL(url).port);

/** Sends bytes on a bare socket and gives what comes back until the server hangs up. */
async function send(gateway: GatewayProcess, bytes: Buffer | string): Promise<string> {
  const socket = connect(portOf(gateway), '127.0.0.1');
  socket.write(bytes);
  return (await text(socket)).slice(0, 4_000);
}

/** A handshake that fails, until its end on both sides. */
async function fail(gateway: GatewayProcess, options: ConnectionOptions): Promise<void> {
  const socket = connectTls({ port: portOf(gateway), host: '127.0.0.1', ...options });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
}

/** Leaves as soon as it has seen the certificate, without a word, like clients that do not trust it. */
async function hangUp(gateway: GatewayProcess): Promise<void> {
  const socket = connect(portOf(gateway), '127.0.0.1');
  socket.write(await clientHello());
  await once(socket, 'data');
  socket.destroy();
}

/** The first bytes of a client that speaks TLS 1.2. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ port, host: '127.0.0.1', maxVersion: 'TLSv1.2' });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  server.close();
  return hello;
}

type Trace = {
  readonly code: string;
  readonly detail: string;
  readonly address: string;
  readonly fix: string;
  readonly facts: object;
};

/** What operators see of attempts that never became a request, newest first. */
async function unread(gateway: GatewayProcess): Promise<readonly Trace[]> {
  const { body } = await ask(gateway, '/api/v1/handshakes?outcome=refused&limit=1000');
  const { items } = JSON.parse(body) as { items: (Trace & { path: string })[] };
  return items.filter(({ path }) => path === '');
}

/** The connection counts as seen a moment after its end: on this very event the server may not have run yet. */
const seen = async (gateway: GatewayProcess, count: number): Promise<readonly Trace[]> => {
  await expect.poll(async () => (await unread(gateway)).length, PATIENT).toBe(count);
  return unread(gateway);
};

const byText = (one: object, other: object): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);

describe('[H22] a port with TLS', PATIENT, () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    const port = await freePort();
    gateway = await startGateway({
      env: {
        PORT: String(port),
        GREENLIGHT_PUBLIC_URL: `https://localhost:${port}`,
        GREENLIGHT_TLS_CERT: LOCALHOST.cert,
        GREENLIGHT_TLS_KEY: LOCALHOST.key,
      },
    });
  }, PATIENT.timeout);
  afterAll(() => gateway[Symbol.asyncDispose](), PATIENT.timeout);

  it('serves pages, sockets and Secure cookies, and the self-probe passes', async () => {
    expect(gateway.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(gateway.output).toContain(`wss://127.0.0.1:${portOf(gateway)}/api/v1/ws`);
    const publicUrl = `https://localhost:${portOf(gateway)}`;
    const probe = async () => {
      const report = JSON.parse((await ask(gateway, '/api/v1/self-probe', {})).body) as {
        transports: { url: string; ok: boolean }[];
        findings: { detail: string }[];
      };
      const good = report.transports.filter(({ ok }) => ok).map(({ url }) => url);
      return { good, findings: report.findings.map(({ detail }) => detail) };
    };
    // What a browser would say of it too.
    const untrusted = `The certificate at ${publicUrl} is not trusted from here: depth zero self signed cert.`;
    // On a busy machine not every call is answered in its time.
    await expect.poll(probe, { ...PATIENT, interval: 500 }).toEqual({
      good: [gateway.url, publicUrl].flatMap((url) => [url, url, url, url]),
      findings: [untrusted],
    });
    const code = new URLSearchParams(new URL(gateway.signInUrl).hash.slice(1)).get('code');
    const { cookies } = await ask(gateway, '/api/v1/auth/login', { code });
    expect(cookies.join()).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
    const socket = new WebSocket(`${gateway.url.replace('https', 'wss')}/ws/test`, {
      ca,
      headers: { authorization: `Bearer ${gateway.apiKey}` },
    });
    const [hello] = (await once(socket, 'message')) as [Buffer];
    expect(hello.toString()).toBe('Hello from test WebSocket!');
    socket.terminate();
  });

  it('is found by the command line, with its certificate and its key', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'keys', 'list', '--json'], {
      env: {
        PATH: process.env['PATH'],
        PORT: String(portOf(gateway)),
        GREENLIGHT_DATA: gateway.data,
        GREENLIGHT_TLS_CERT: LOCALHOST.cert,
      },
    });
    expect(stdout).toContain('"Command line"');
  });
});

describe('[H22] a port with TLS, and attempts that fail', PATIENT, () => {
  let gateway: GatewayProcess;
  // One of its own: what others left behind would be counted too.
  beforeAll(async () => {
    gateway = await startGateway({
      env: { GREENLIGHT_TLS_CERT: LOCALHOST.cert, GREENLIGHT_TLS_KEY: LOCALHOST.key },
    });
  }, PATIENT.timeout);
  afterAll(() => gateway[Symbol.asyncDispose](), PATIENT.timeout);

  it('answers plain HTTP plainly, and sees each handshake that fails', async () => {
    const answer = await send(gateway, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('this port speaks TLS');
    expect(await send(gateway, 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n')).toContain('the PROXY protocol');
    expect(await send(gateway, 'hello?')).toContain('no TLS, and this port speaks TLS');
    await seen(gateway, 3);

    await fail(gateway, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' });
    await fail(gateway, { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0' });
    await fail(gateway, { ALPNProtocols: ['h2'] });
    await seen(gateway, 6);
    // Alert 48, "unknown ca" (RFC 8446 section 6): what browsers send when they do not trust the certificate.
    await send(gateway, Buffer.concat([await clientHello(), Buffer.from([0x15, 3, 3, 0, 2, 2, 48])]));
    await seen(gateway, 7);
    await hangUp(gateway);
    const traces = await seen(gateway, 8);
    expect(traces.map(({ facts }) => facts)).toEqual([
      { tls: 'hung_up' },
      { tls: 'certificate_rejected', error: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' },
      { tls: 'no_common_protocol', error: 'ERR_SSL_NO_APPLICATION_PROTOCOL' },
      { tls: 'no_common_cipher', error: 'ERR_SSL_NO_SHARED_CIPHER' },
      { tls: 'no_common_version', error: expect.stringContaining('ERR_SSL_') as string },
      { spoken: 'unknown' },
      { spoken: 'proxy' },
      { spoken: 'http' },
    ]);
    for (const { fix } of traces) expect(fix).not.toContain('Send a well-formed HTTP/1.1 request');
    expect(new Set(traces.slice(0, 5).map(({ fix }) => fix)).size).toBe(4);
    expect(new Set(traces.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
    const { body: metrics } = await ask(gateway, '/metrics');
    expect(metrics).toContain('outcome="refused",code="malformed_request"} 8\n');
  });
});

describe('[H22] a port with TLS and little patience', PATIENT, () => {
  let gateway: GatewayProcess;
  let folder: string;
  const files = () => ({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });
  const install = async ({ cert, key }: typeof LOCALHOST): Promise<void> => {
    await copyFile(cert, files().cert);
    await copyFile(key, files().key);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'greenlight-tls-'));
    await install(LOCALHOST);
    const config = join(folder, 'greenlight.config.json');
    await writeFile(
      config,
      JSON.stringify({ tls: files(), limits: { tlsHandshakes: 10, tlsHandshakeMs: 4_000 } }),
    );
    gateway = await startGateway({ args: ['--config', config] });
  }, PATIENT.timeout);
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('bounds the sockets that are not through their handshake, in number and in time', async () => {
    const sockets = Array.from({ length: 10 }, () => connect(portOf(gateway), '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const [hasty, slow, ...silent] = sockets as [Socket, Socket, ...Socket[]];
    slow.write(Buffer.from([0x16, 3, 1]));
    hasty.write(Buffer.from([0x16, 3, 1]));
    // Those before it were taken in first, so there is no room for this one.
    expect(await send(gateway, '')).toBe('');
    hasty.destroy();
    expect(new Set(await Promise.all([slow, ...silent].map((socket) => text(socket))))).toEqual(
      new Set(['']),
    );
    const traces = await seen(gateway, 11);
    expect(traces.map(({ code, facts }) => ({ code, ...facts })).toSorted(byText)).toEqual([
      { code: 'malformed_request', tls: 'hung_up' },
      ...silent.map(() => ({ code: 'malformed_request', tls: 'silent' })),
      { code: 'malformed_request', tls: 'too_late' },
      { code: 'too_many_connections' },
    ]);
  });

  it('takes a new certificate on SIGHUP, without cutting a connection', async () => {
    const fingerprint = async (): Promise<string> => {
      const socket = connectTls({ port: portOf(gateway), host: '127.0.0.1', ca });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const socket = new WebSocket(`${gateway.url.replace('https', 'wss')}/ws/test`, {
      ca,
      headers: { authorization: `Bearer ${gateway.apiKey}` },
    });
    await once(socket, 'message');
    const before = await fingerprint();

    await install(RENEWED);
    process.kill(gateway.pid, 'SIGHUP');
    await expect.poll(() => gateway.output, PATIENT).toContain('SIGHUP: the certificate was read again');
    const renewed = await fingerprint();
    expect(renewed).not.toBe(before);

    await writeFile(files().cert, 'half a file');
    process.kill(gateway.pid, 'SIGHUP');
    await expect.poll(() => gateway.output, PATIENT).toContain('The certificate from before stays in use.');
    expect(await fingerprint()).toBe(renewed);

    socket.send('still here');
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.toString()).toBe('still here');
    socket.terminate();
  });
});
