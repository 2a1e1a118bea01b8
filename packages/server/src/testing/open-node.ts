/** A whole node for tests on a free port: real log, hub, ladder, sockets and doors. Runs and review are what the test gives. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bus } from '@greenlight/bus/bus';
import { createInProcessBus } from '@greenlight/bus/in-process-bus';
import type { Log } from '@greenlight/log/log';
import { openLog } from '@greenlight/log/open-log';
import { ACCOUNTS_CHANNEL } from '@greenlight/protocol/channel';
import type { Role } from '@greenlight/protocol/role';
import type { Review } from '@greenlight/runs/review';
import type { Runs } from '@greenlight/runs/runs';
import { announcingLog } from '../announcing-log.ts';
import type { IdentitySettings } from '../auth/identity-settings.ts';
import type { Reports } from '../http/reports.ts';
import type { SelfProbe, SelfProbeReport } from '../http/self-probe-report.ts';
import { createHub } from '../hub.ts';
import type { ServerInfo } from '../info.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createLogger } from '../observe/logger.ts';
import { attachServer, createBareServer } from '../server.ts';
import type { ServerSettings, Services } from '../services.ts';
import { reviewInMemory } from './review-in-memory.ts';
import { runsInMemory } from './runs-in-memory.ts';

export const PAGE = 'https://app.example.com';

export type OpenNodeOptions = {
  readonly limits?: Partial<Limits>;
  readonly settings?: Partial<ServerSettings>;
  readonly environment?: ServerInfo['environment'];
  readonly identity?: IdentitySettings;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
  /** A log and a bus that other nodes share; the log stays the caller's. Default: its own. */
  readonly log?: Log;
  readonly bus?: Bus;
  /** Of the log; kept by the caller, for a second node on the same data. Default: a temporary one. */
  readonly folder?: string;
  /** Default: as in production. */
  readonly http?: HttpServer;
  /** On top of the announcing log. Default: none. */
  readonly runs?: (log: Log) => Runs | Promise<Runs>;
  readonly review?: Review;
  readonly reports?: Reports;
  readonly selfProbe?: SelfProbeReport;
  /** Files of the built dashboard; absent = it was not built. */
  readonly dashboard?: Readonly<Record<string, string>>;
};

export type OpenNode = AsyncDisposable & {
  readonly services: Services;
  /** Below the announcing log: what is appended here is announced to nobody. */
  readonly rawLog: Log;
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  readonly dataFolder: string;
  /** Everything logged so far. */
  readonly logged: readonly string[];
  /** A new key of this role; its user is `user`, by default the role. */
  key(role: Role, more?: NewKey): Promise<string>;
  drain(): Promise<void>;
};

type NewKey = {
  readonly user?: string;
  readonly channels?: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
};

const NOT_PROBED: SelfProbeReport = {
  at: '2026-11-22T09:00:00.000Z',
  transports: [],
  findings: [],
  complete: true,
};

const DOCS = fileURLToPath(new URL('../../../../docs', import.meta.url));

export async function openNode(options: OpenNodeOptions = {}): Promise<OpenNode> {
  const { clock = Date.now, environment = 'development', identity, selfProbe } = options;
  const { http = createBareServer() } = options;
  const dataFolder = await mkdtemp(join(tmpdir(), 'greenlight-node-'));
  const dashboardFolder = join(dataFolder, 'page');
  for (const [name, content] of Object.entries(options.dashboard ?? {})) {
    await mkdir(join(dashboardFolder, name, '..'), { recursive: true });
    await writeFile(join(dashboardFolder, name), content);
  }
  const sockets = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}`;

  const rawLog =
    options.log ??
    (await openLog({
      folder: options.folder ?? join(dataFolder, 'log'),
      retainEveryMs: 0,
      policies: [
        { pattern: ACCOUNTS_CHANNEL, durability: 'disk' },
        { pattern: '$SYS:*', durability: 'memory' },
        { pattern: 'memory*', durability: 'memory' },
      ],
    }));
  const bus = options.bus ?? createInProcessBus().join();
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const hub = createHub({ log: rawLog, bus, limits });
  const log = announcingLog(rawLog, hub, bus);
  const runs = (await options.runs?.(log)) ?? runsInMemory();
  const logged: string[] = [];
  const probe: SelfProbe = {
    last: () => selfProbe ?? null,
    repeat: () => Promise.resolve(selfProbe ?? NOT_PROBED),
  };
  const server = attachServer(http, {
    info: {
      node: 'n_test',
      version: '0.1.0',
      build: 'test',
      pid: process.pid,
      startedAt: new Date().toISOString(),
      publicUrl: url,
      environment,
    },
    limits,
    settings: {
      publicUrl: url,
      allowedOrigins: [PAGE],
      allowedHosts: [],
      explain: 'full',
      trustedProxies: [],
      port,
      ...options.settings,
    },
    ...(identity && { identity }),
    clock,
    log,
    hub,
    runs,
    review: options.review ?? reviewInMemory([], []),
    reports: options.reports ?? noReports,
    logger: createLogger({ format: 'json', write: (line) => logged.push(line), clock }),
    dashboardFolder,
    docsFolder: DOCS,
    selfProbe: probe,
  });
  await runs.begin();
  const { services } = server;

  return {
    services,
    rawLog,
    port,
    host,
    url,
    dataFolder,
    logged,
    drain: () => server.drain(),
    async key(role, { user = role, ...more } = {}) {
      const { key } = await services.apiKeys.create({ name: user, role, user, ...more, createdBy: 'test' });
      return key;
    },
    async [Symbol.asyncDispose]() {
      await services.connections.drain(0);
      await runs.close();
      hub.close();
      // Those that were refused and do not hang up are on nobody's list.
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
      if (!options.log) await rawLog.close();
      await bus.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

const noReports: Reports = async (workflow) => ({
  ok: false,
  code: 'not_found',
  detail: `There is no report on ${workflow}.`,
});
