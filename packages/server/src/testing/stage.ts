/** A node of our own for tests: a real log, real sockets, the real upgrade, and a doorkeeper that believes everybody. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@greenlight/bus/bus';
import { createInProcessBus } from '@greenlight/bus/in-process-bus';
import type { Identity, PresentedCredential, Role } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Verdict } from '@greenlight/handshake/verdict';
import type { Log } from '@greenlight/log/log';
import { openLog } from '@greenlight/log/open-log';
import { STAGES } from '@greenlight/protocol/codes';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { announcingLog } from '../announcing-log.ts';
import { createAttempts } from '../attempts.ts';
import { createConnections } from '../connections.ts';
import { toHandshakeRequest } from '../handshake-request.ts';
import { createHub } from '../hub.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createMetrics } from '../observe/metrics.ts';
import { publish } from '../publish.ts';
import { createOutcomes } from '../refuse.ts';
import type { Services } from '../services.ts';
import { servePoll } from '../transports/long-poll.ts';
import { requestedSince } from '../transports/since.ts';
import { serveSse } from '../transports/sse.ts';
import { openEchoSocket } from '../transports/websocket-echo.ts';
import { openPlainSocket } from '../transports/websocket-plain.ts';
import { openProtocolSocket } from '../transports/websocket.ts';
import { createUpgrade } from '../upgrade.ts';

export type StageOptions = {
  readonly limits?: Partial<Limits>;
  /** A log and a bus that other nodes share; the stage's own if absent. */
  readonly log?: Log;
  readonly bus?: Bus;
  /** Runs that exist, by id, and as of which offset of their channel. */
  readonly runs?: Map<string, { readonly run: RunSnapshot; readonly offset: number }>;
};

export type Stage = AsyncDisposable & {
  readonly services: Services;
  /** Below the announcing log: what is appended here is announced to nobody. */
  readonly rawLog: Log;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Appends one event with `data` and gives its offset. */
  publish(channel: string, ...data: readonly unknown[]): Promise<number>;
};

/** Everybody is who `?as=user` or `?as=user:role` says; `?as=nobody` has to authenticate in band. */
function whoIs(request: HandshakeRequest): Identity | null {
  const [user = 'ada', role = 'admin'] = (request.query.get('as') ?? 'ada').split(':');
  if (user === 'nobody') return null;
  const expiresAt = request.query.get('expiresAt');
  return {
    user,
    name: user,
    role: role as Role,
    credential: 'api_key',
    credentialId: `key-of-${user}`,
    ...(expiresAt !== null && { expiresAt: Number(expiresAt) }),
  };
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-stage-'));
  const rawLog =
    options.log ??
    (await openLog({
      folder,
      retainEveryMs: 0,
      policies: [
        { pattern: 'memory*', durability: 'memory' },
        { pattern: '$SYS:*', durability: 'memory' },
      ],
    }));
  const bus = options.bus ?? createInProcessBus().join();
  // No heartbeat stands between the frames of a test that does not ask for one.
  const limits: Limits = { ...DEFAULT_LIMITS, heartbeatMs: 3_600_000, ...options.limits };
  const runs = options.runs ?? new Map();
  const clock = Date.now;
  const info = {
    node: 'n_stage',
    version: '0',
    build: 'test',
    pid: process.pid,
    startedAt: new Date().toISOString(),
    publicUrl: 'http://stage',
    environment: 'development',
  } as const;
  const settings = {
    publicUrl: info.publicUrl,
    allowedOrigins: [],
    allowedHosts: ['127.0.0.1'],
    explain: 'full',
    trustedProxies: [],
    port: 0,
  } as const;
  const metrics = createMetrics(info);
  const logger = {
    info() {},
    warn() {},
    error: (fields: object, message: string) => console.error(message, fields),
  };
  const hub = createHub({ log: rawLog, bus, limits });
  const log = announcingLog(rawLog, hub, bus);
  const attempts = createAttempts({ limits, clock });
  const connections = createConnections({ log, metrics, logger, clock });
  const checked = STAGES.map((stage) => ({ stage, outcome: 'passed' as const }));
  const services = {
    info,
    limits,
    settings,
    clock,
    log,
    hub,
    connections,
    attempts,
    metrics,
    logger,
    ...createOutcomes({ info, settings, attempts, metrics, logger, log, clock }),
    admission: {
      admit: async (request: HandshakeRequest): Promise<Verdict> => ({
        outcome: 'accepted',
        identity: whoIs(request),
        checked,
      }),
      authenticate: async (_request: HandshakeRequest, presented: PresentedCredential): Promise<Verdict> => {
        const [word, user = ''] = presented.kind === 'none' ? [] : presented.secret.split(' ');
        return word === 'good'
          ? {
              outcome: 'accepted',
              identity: { user, name: user, role: 'admin', credential: 'api_key', credentialId: 'k' },
              checked,
            }
          : { outcome: 'refused', stage: 'credential', failure: { code: 'api_key_unknown' }, checked };
      },
    },
    runs: {
      get: async (id: string) => runs.get(id) ?? null,
      privateOwner: (id: string) => {
        const run = runs.get(id)?.run;
        return run?.private ? run.owner : null;
      },
      control: async (id: string) => {
        const found = runs.get(id);
        return found
          ? { ok: true, run: found.run }
          : { ok: false, code: 'not_found', detail: `There is no run ${id}.` };
      },
    },
  } as unknown as Services;
  const upgrade = createUpgrade(services, {
    protocol: (opened) => openProtocolSocket(services, opened),
    plain: (opened, route) => openPlainSocket(services, { ...opened, route }),
    echo: (opened) => openEchoSocket(services, opened),
  });
  const server = createServer((incoming, response) => {
    const transport = incoming.url?.startsWith('/sse') ? 'sse' : 'long-poll';
    const request = toHandshakeRequest(incoming, transport, services);
    const accepted = { request, identity: whoIs(request) };
    const channels = request.query.get('channels')?.split(',') ?? [];
    const since = requestedSince(request, channels);
    if (!since.ok) response.writeHead(400).end(since.detail);
    else if (transport === 'sse')
      serveSse(services, {
        response,
        accepted,
        channels,
        since: since.since,
        frames: request.query.get('frames') === 'all' ? 'all' : 'events',
      });
    else
      void servePoll(services, {
        response,
        accepted,
        channels,
        since: since.given ? since.since : null,
        waitSeconds: Number(request.query.get('wait') ?? 25),
      });
  });
  server.on('upgrade', upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ada = whoIs({ query: new URLSearchParams() } as HandshakeRequest) as Identity;

  return {
    services,
    rawLog,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async publish(channel, ...data) {
      const published = await publish(services, ada, {
        channel,
        events: data.map((each) => ({ type: 'test', data: each })),
      });
      if (!published.ok) throw new Error(published.detail);
      return published.offset;
    },
    async [Symbol.asyncDispose]() {
      await connections.drain(0);
      hub.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!options.log) await rawLog.close();
      await bus.close();
      await rm(folder, { recursive: true });
    },
  };
}
