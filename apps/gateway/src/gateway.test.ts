/** The process as its user meets it: started, asked, stopped and killed from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startGateway } from '@greenlight/testkit/start-gateway';
import { describe, expect, it, vi } from 'vitest';

// Each test starts processes, one after another, and waits for what they say.
vi.setConfig({ testTimeout: 120_000 });

const MAIN = join(import.meta.dirname, 'main.ts');
const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'greenlight-test-'));

/** Runs the process to its end. */
async function runToEnd(env: Record<string, string>): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr };
}

describe('a start that cannot be', () => {
  it('ends with 78 and one sentence that says who holds the port', async () => {
    const other = createServer((_request, response) => response.end('not JSON'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runToEnd({ PORT: String(port), GREENLIGHT_DATA: await newFolder() });
    other.close();
    expect(code).toBe(78);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is taken by`);
    if (process.platform === 'linux') expect(stderr).toContain(`(pid ${process.pid})`);
  });

  it('names the Greenlight that holds the port', async () => {
    await using gateway = await startGateway();
    const { port } = new URL(gateway.url);
    const { code, stderr } = await runToEnd({ PORT: port, GREENLIGHT_DATA: await newFolder() });
    expect({ code, stderr }).toMatchObject({
      code: 78,
      stderr: expect.stringContaining(`another Greenlight (pid ${gateway.pid}`),
    });
  });

  it('names the process that holds the data folder', async () => {
    await using gateway = await startGateway();
    const { code, stderr } = await runToEnd({ PORT: '0', GREENLIGHT_DATA: gateway.data });
    expect(code).toBe(78);
    expect(stderr).toContain(String(gateway.pid));
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says each wrong setting in one sentence', async () => {
    const { code, stderr } = await runToEnd({
      PORT: 'http',
      GREENLIGHT_EXPLAIN: 'maybe',
      GREENLIGHT_DATA: await newFolder(),
    });
    expect(code).toBe(78);
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });
});

describe('a start', () => {
  it('probes each transport through real sockets and tells which process it is', async () => {
    await using gateway = await startGateway();
    const response = await fetch(`${gateway.url}/health/realtime`);
    const report = (await response.json()) as {
      pid: number;
      build: string;
      transports: { transport: string; ok: boolean }[];
    };
    expect(report.transports).toEqual(
      ['rest', 'websocket', 'sse', 'long-poll'].map((transport) =>
        expect.objectContaining({ transport, ok: true }),
      ),
    );
    expect(report.pid).toBe(gateway.pid);
    expect(report.build).toMatch(/^[0-9a-f]{12}/);
  });

  it('leaves an administrator key that only its owner can read, and keeps it at the next start', async () => {
    await using gateway = await startGateway();
    expect((await stat(join(gateway.data, 'admin.key'))).mode & 0o777).toBe(0o600);
    await gateway.stop();
    await gateway.restart();
    const response = await fetch(`${gateway.url}/api/v1/auth/me`, {
      headers: { authorization: `Bearer ${gateway.apiKey}` },
    });
    expect(await response.json()).toMatchObject({ user: 'admin', role: 'admin' });
  });

  it('prints a sign-in link whose code works once and is in the fragment', async () => {
    await using gateway = await startGateway();
    const link = new URL(gateway.signInUrl);
    expect(link.search).toBe('');
    const code = new URLSearchParams(link.hash.slice(1)).get('code');
    const signIn = (): Promise<Response> =>
      fetch(`${gateway.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: gateway.url },
        body: JSON.stringify({ code }),
      });
    const first = await signIn();
    expect(first.status).toBe(200);
    expect(first.headers.get('set-cookie')).toMatch(/^greenlight_\d+=.*HttpOnly; SameSite=Lax/);
    expect((await signIn()).status).toBe(401);
  });
});

describe('an end', () => {
  it('on SIGTERM moves clients, then exits with 0', async () => {
    await using gateway = await startGateway();
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/ws`, 'greenlight.v1', {
      headers: { authorization: `Bearer ${gateway.apiKey}` },
    });
    const frames: string[] = [];
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
    await once(socket, 'message');
    const closed = once(socket, 'close');
    expect(await gateway.stop()).toBe(0);
    expect((await closed)[0]).toBe(4210);
    expect(JSON.parse(frames.at(-1) ?? '')).toMatchObject({
      type: 'disconnect',
      code: 'moved',
      retryAfterMs: expect.any(Number),
    });
  });

  it('[L1] on SIGKILL loses nothing that was acknowledged', async () => {
    await using gateway = await startGateway();
    const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
    const channel = `${gateway.url}/api/v1/channels/orders`;
    const acknowledged = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const response = await fetch(`${channel}/publications`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ type: 'order.placed', data: n }),
        });
        return ((await response.json()) as { offset: number }).offset;
      }),
    );
    await gateway.kill();
    await gateway.restart();
    const history = (await (await fetch(`${channel}/history?limit=100`, { headers })).json()) as {
      events: { offset: number }[];
    };
    expect(history.events.map(({ offset }) => offset)).toEqual(acknowledged.toSorted((a, b) => a - b));
  });

  it('[X8] on SIGKILL during a validation: the run is stalled, resumes once by itself, and ends with the right numbers', async () => {
    const folder = await newFolder();
    const FILES = 400;
    await Promise.all(
      Array.from({ length: FILES }, (_, n) =>
        writeFile(
          join(folder, `page-${n}.md`),
          `# Page ${n}\n\n${'Some text that takes a moment to read. '.repeat(200)}\n`,
        ),
      ),
    );
    await using gateway = await startGateway({ cwd: folder });
    const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
    const created = await fetch(`${gateway.url}/api/v1/workflows`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ kind: 'validation', input: { paths: ['.'] } }),
    });
    const { id } = (await created.json()) as { id: string };
    await untilEvent(gateway.url, { id, key: gateway.apiKey, type: 'step.progress' });
    await gateway.kill();
    await gateway.restart();
    const seen = await untilEvent(gateway.url, { id, key: gateway.apiKey, type: 'workflow.completed' });
    expect(seen.filter((type) => type === 'workflow.stalled')).toHaveLength(1);
    expect(seen.filter((type) => type === 'workflow.resumed')).toHaveLength(1);
    const run = await (await fetch(`${gateway.url}/api/v1/workflows/${id}`, { headers })).json();
    expect(run).toMatchObject({
      state: 'completed',
      autoResumed: 1,
      progress: { completed: FILES, total: FILES },
    });
  });
});

/** Reads the run's plain socket from its first event; gives the types seen up to the awaited one. */
async function untilEvent(
  url: string,
  { id, key, type }: { id: string; key: string; type: string },
): Promise<string[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/${id}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const seen: string[] = [];
  for await (const [data] of on(socket)) {
    const frame = JSON.parse(String(data)) as { type: string; event?: { type: string } };
    if (frame.event) seen.push(frame.event.type);
    if (frame.event?.type === type) break;
  }
  socket.terminate();
  return seen;
}

const on = (socket: WebSocket): AsyncIterable<[Buffer]> => {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  ended.catch(() => undefined);
  const queue: Buffer[] = [];
  let wake: (() => void) | null = null;
  socket.on('message', (data: Buffer) => {
    queue.push(data);
    wake?.();
  });
  socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = queue.shift();
        if (next) yield [next];
        else await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))]);
      }
    },
  };
};
