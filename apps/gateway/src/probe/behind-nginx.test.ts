/** A real gateway behind a real nginx, set up rightly and wrongly: the self-probe and the operator's trace name each. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import type { ProbeCallName, ProbeCause, SelfProbeReport } from '@greenlight/server/http/self-probe-report';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { describe, expect, it, vi } from 'vitest';
import { documentedConfiguration, freePort, NGINX, startNginx } from './testing/nginx.ts';

const DOCS = join(import.meta.dirname, '../../../../docs/behind-a-proxy.md');

type Setting = {
  readonly limits: Readonly<Record<string, number>>;
  /** One line of the documented configuration, and what stands there instead. */
  readonly change?: readonly [line: string, instead: string];
};

type Behind = AsyncDisposable & { readonly gateway: GatewayProcess; readonly publicUrl: string };

const SHORT = { heartbeatMs: 600, pollWaitSeconds: 1 };

/** nginx first: the gateway probes it when it starts. */
async function behindNginx({ limits, change }: Setting): Promise<Behind> {
  const [front, back] = [await freePort(), await freePort()];
  const documented = await documentedConfiguration();
  const [line = '', instead = ''] = change ?? [];
  if (!documented.includes(line)) throw new Error(`The documented configuration has no "${line}".`);
  const configuration = documented
    .replace(line, instead)
    .replace('listen 80;', `listen 127.0.0.1:${front};`)
    .replaceAll('127.0.0.1:8585', `127.0.0.1:${back}`);
  const cwd = await mkdtemp(join(tmpdir(), 'greenlight-behind-'));
  await writeFile(join(cwd, 'greenlight.config.json'), JSON.stringify({ limits }));
  const nginx = await startNginx(NGINX ?? '', configuration);
  const publicUrl = `http://127.0.0.1:${front}`;
  const env = {
    PORT: String(back),
    GREENLIGHT_PUBLIC_URL: publicUrl,
    GREENLIGHT_TRUSTED_PROXIES: '127.0.0.1',
  };
  const gateway = await startGateway({ cwd, env });
  return {
    gateway,
    publicUrl,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await nginx[Symbol.asyncDispose]();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

async function realtime({ gateway }: Behind): Promise<SelfProbeReport & { status: string }> {
  return (await (await fetch(`${gateway.url}/health/realtime`)).json()) as SelfProbeReport & {
    status: string;
  };
}

async function operators<Answer>({ gateway }: Behind, path: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${gateway.apiKey}` };
  return (await (await fetch(`${gateway.url}${path}`, { headers })).json()) as Answer;
}

const causesOf = ({ findings }: SelfProbeReport): readonly ProbeCause[] => findings.map(({ cause }) => cause);

/** What the operator sees of one call of the self-probe through the proxy. */
async function traceOf(
  behind: Behind,
  [transport, name]: readonly [string, ProbeCallName],
): Promise<AttemptTrace | undefined> {
  const { transports } = await realtime(behind);
  const probed = transports.find((one) => one.place === 'public' && one.transport === transport);
  const attempt = probed?.calls.find(({ call }) => call === name)?.attempt;
  const { items } = await operators<{ items: AttemptTrace[] }>(behind, '/api/v1/handshakes?limit=1000');
  return items.find((trace) => trace.attempt === attempt);
}

describe.skipIf(NGINX === null)(
  `behind nginx${NGINX === null ? ' (there is none; node scripts/setup.mjs test fetches it on Debian)' : ''}`,
  () => {
    it('[R21] has nothing to say about the documented configuration', async () => {
      await using behind = await behindNginx({ limits: SHORT });
      const first = await realtime(behind);
      expect(first.transports.filter(({ ok }) => !ok)).toEqual([]);
      const report = await vi.waitFor(
        async () => {
          const later = await realtime(behind);
          expect(later.complete).toBe(true);
          return later;
        },
        { timeout: 10_000, interval: 200 },
      );
      expect(report).toMatchObject({ status: 'ok', findings: [] });
      const idle = report.transports.flatMap(({ transport, calls }) =>
        calls.filter(({ call }) => call === 'idle').map(({ seen }) => `${transport}: ${seen}`),
      );
      expect(idle).toEqual(['websocket: open for 1 s', 'sse: open for 1 s', 'long-poll: 200']);
    });

    it.each<{
      mistake: string;
      change: readonly [string, string];
      cause: ProbeCause;
      call: readonly [string, ProbeCallName];
      trace: Record<string, unknown>;
      without?: string;
    }>([
      {
        mistake: 'no Upgrade',
        change: ['proxy_set_header Upgrade $http_upgrade;', ''],
        cause: 'upgrade_dropped',
        call: ['websocket', 'good'],
        trace: { code: 'upgrade_required', stage: 'request' },
        without: 'upgrade',
      },
      {
        mistake: 'HTTP/1.0',
        change: ['proxy_http_version 1.1;', ''],
        cause: 'http_1_0',
        call: ['websocket', 'good'],
        trace: { code: 'malformed_request', httpVersion: '1.0', detail: expect.stringContaining('HTTP/1.0') },
      },
      {
        mistake: 'Authorization dropped',
        change: ['proxy_http_version 1.1;', 'proxy_http_version 1.1; proxy_set_header Authorization "";'],
        cause: 'authorization_dropped',
        call: ['rest', 'garbage'],
        trace: { code: 'credential_missing', stage: 'credential' },
        without: 'authorization',
      },
      {
        mistake: 'the cookie dropped',
        change: ['proxy_http_version 1.1;', 'proxy_http_version 1.1; proxy_set_header Cookie "";'],
        cause: 'cookie_dropped',
        call: ['websocket', 'cookie'],
        trace: { code: 'credential_missing', stage: 'credential' },
        without: 'cookie',
      },
      {
        mistake: 'Host rewritten',
        change: ['proxy_set_header Host $http_host;', 'proxy_set_header Host backend;'],
        cause: 'host_rewritten',
        call: ['websocket', 'good'],
        trace: { code: 'host_not_allowed', host: 'backend', facts: { host: 'backend' } },
      },
    ])('[R21] names $mistake', async ({ change, cause, call, trace, without }) => {
      await using behind = await behindNginx({ limits: SHORT, change });
      const report = await realtime(behind);
      expect(causesOf(report)).toEqual([cause]);
      expect(report.status).toBe('failing');
      const [{ detail, fix } = { detail: '', fix: '' }] = report.findings;
      expect(behind.gateway.output).toContain(`  ! ${detail}\n      ${fix}\n`);
      const seen = await traceOf(behind, call);
      expect(seen).toMatchObject(trace);
      if (without !== undefined) expect(seen?.headers).not.toContain(without);
      await documented(detail);
    });

    it('[R21] names a wrong cookie path, which leaves browsers without their cookie', async () => {
      const change = [
        'proxy_http_version 1.1;',
        'proxy_http_version 1.1; proxy_cookie_path / /app/;',
      ] as const;
      await using behind = await behindNginx({ limits: SHORT, change });
      const report = await realtime(behind);
      expect(causesOf(report)).toEqual(['cookie_path_changed']);
      await documented(report.findings[0]?.detail ?? '');
      // As a browser does: signs in, and keeps the cookie to the path that came with it.
      const { gateway, publicUrl } = behind;
      const code = new URLSearchParams(new URL(gateway.signInUrl).hash.slice(1)).get('code');
      const signedIn = await fetch(`${publicUrl}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: publicUrl },
        body: JSON.stringify({ code }),
      });
      expect(signedIn.headers.get('set-cookie')).toContain('Path=/app/;');
      const next = await fetch(`${publicUrl}/api/v1/auth/me`, { headers: { origin: publicUrl } });
      expect(next.status).toBe(401);
      const { items } = await operators<{ items: AttemptTrace[] }>(behind, '/api/v1/handshakes?limit=1');
      expect(items).toMatchObject([{ code: 'credential_missing', origin: publicUrl }]);
      expect(items[0]?.headers).not.toContain('cookie');
    });

    it('[R21] names a read timeout below the heartbeat, after the start', async () => {
      const limits = { heartbeatMs: 3_000, pollWaitSeconds: 3 };
      const change = ['proxy_read_timeout 75s;', 'proxy_read_timeout 1s;'] as const;
      await using behind = await behindNginx({ limits, change });
      expect(await realtime(behind)).toMatchObject({ status: 'ok', findings: [], complete: false });
      const report = await vi.waitFor(
        async () => {
          const later = await realtime(behind);
          expect(later.complete).toBe(true);
          return later;
        },
        { timeout: 15_000, interval: 200 },
      );
      expect(report).toMatchObject({ status: 'failing', findings: [{ cause: 'idle_cut' }] });
      expect(report.findings[0]?.detail).toMatch(
        /^The proxy in front cuts idle reads after 1(\.\d)? s \(websocket, sse, long-poll\); heartbeats come every 3 s, /,
      );
      expect(behind.gateway.output).toContain('cuts idle reads after');
      await documented('The proxy in front cuts idle reads after');
      type Closed = { event: { type: string; data: { openMs: number; transport: string } } };
      const { events } = await operators<{ events: Closed[] }>(
        behind,
        '/api/v1/channels/$SYS:connections/history?limit=1000',
      );
      const cut = events.filter(
        ({ event: { type, data } }) => type === 'connection.closed' && data.openMs >= 900,
      );
      expect(cut.map(({ event }) => event.data.transport).toSorted()).toEqual(['sse', 'websocket']);
    });
  },
);

const plain = (text: string): string => text.replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS');

/** The docs show what is said, with an address of their own. */
async function documented(detail: string): Promise<void> {
  expect(plain(await readFile(DOCS, 'utf8')).includes(plain(detail)), detail).toBe(true);
}
