/** A whole node for tests on a free port: real log, hub, runs, ladder and sockets. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInProcessBus } from '@greenlight/bus/in-process-bus';
import type { Role } from '@greenlight/handshake/identity';
import { openLog } from '@greenlight/log/open-log';
import type { Recommendation, Validation } from '@greenlight/protocol/review';
import { createRuns } from '@greenlight/runs/create-runs';
import type { Workflow } from '@greenlight/runs/workflow';
import { announcingLog } from '../../announcing-log.ts';
import type { IdentitySettings } from '../../auth/identity-settings.ts';
import { createHub } from '../../hub.ts';
import { DEFAULT_LIMITS, type Limits } from '../../limits.ts';
import { createLogger } from '../../observe/logger.ts';
import { attachServer, createBareServer } from '../../server.ts';
import type { ServerSettings, Services } from '../../services.ts';
import type { ServerInfo } from '../../info.ts';
import type { SelfProbeReport } from '../self-probe-report.ts';
import { reviewInMemory } from './review-in-memory.ts';

export const PAGE = 'https://app.example.com';

export type NodeOptions = {
  readonly limits?: Partial<Limits>;
  readonly settings?: Partial<ServerSettings>;
  readonly environment?: ServerInfo['environment'];
  readonly identity?: IdentitySettings;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
  readonly validations?: readonly Validation[];
  readonly recommendations?: readonly Recommendation[];
  readonly selfProbe?: SelfProbeReport;
  /** Files of the built dashboard; absent = it was not built. */
  readonly dashboard?: Readonly<Record<string, string>>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came and fails if it is not there
  readonly body: any;
};

export type TestNode = AsyncDisposable & {
  readonly services: Services;
  readonly url: string;
  readonly host: string;
  readonly dataFolder: string;
  /** Everything logged so far. */
  readonly logged: readonly string[];
  /** A new key of this role; its user is `user`, by default the role. */
  key(role: Role, more?: { user?: string; channels?: readonly string[] }): Promise<string>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  drain(): Promise<void>;
};

export type CallOptions = {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Done at once; with `{hold: true}` only when it is cancelled. */
const testWorkflow: Workflow<{ hold: boolean }> = {
  kind: 'test',
  unit: 'pieces',
  parse: (input) =>
    typeof input === 'object' && input !== null
      ? { ok: true, input: { hold: 'hold' in input && input.hold === true }, title: 'A test run' }
      : { ok: false, detail: 'The input of a test run is an object.' },
  async execute(context, { hold }) {
    await context.step('only', 'The only step', async (step) => {
      step.progress({ completed: 1, total: 1 });
      if (hold) await cancelled(context.signal);
      return null;
    });
    return { done: true };
  },
};

const cancelled = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const DOCS = fileURLToPath(new URL('../../../../../docs', import.meta.url));

export async function startNode(options: NodeOptions = {}): Promise<TestNode> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'greenlight-http-'));
  const dashboardFolder = join(dataFolder, 'page');
  for (const [name, content] of Object.entries(options.dashboard ?? {})) {
    await mkdir(join(dashboardFolder, name, '..'), { recursive: true });
    await writeFile(join(dashboardFolder, name), content);
  }
  const http = createBareServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}`;

  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { clock = Date.now } = options;
  const rawLog = await openLog({
    folder: join(dataFolder, 'log'),
    retainEveryMs: 0,
    policies: [
      { pattern: '$SYS:*', durability: 'memory' },
      { pattern: 'memory*', durability: 'memory' },
    ],
  });
  const bus = createInProcessBus().join();
  const hub = createHub({ log: rawLog, bus, limits });
  const log = announcingLog(rawLog, hub, bus);
  const runs = await createRuns({
    log,
    clock,
    random: Math.random,
    node: 'n_test',
    workflows: [testWorkflow],
  });
  const logged: string[] = [];
  const server = attachServer(http, {
    info: {
      node: 'n_test',
      version: '0.1.0',
      build: 'test',
      pid: process.pid,
      startedAt: new Date().toISOString(),
      publicUrl: url,
      environment: options.environment ?? 'development',
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
    ...(options.identity && { identity: options.identity }),
    clock,
    log,
    hub,
    runs,
    review: reviewInMemory(options.validations ?? [], options.recommendations ?? []),
    reports: async (workflow, format) =>
      format === 'sarif'
        ? { ok: false, code: 'state_conflict', detail: 'The run is not over yet.' }
        : { ok: true, text: format === 'json' ? JSON.stringify({ workflow }) : `# ${workflow}\n` },
    logger: createLogger({ format: 'json', write: (line) => logged.push(line), clock }),
    dashboardFolder,
    docsFolder: DOCS,
    selfProbe: () => options.selfProbe ?? null,
  });
  await runs.begin();
  const { services } = server;

  return {
    services,
    url,
    host,
    dataFolder,
    logged,
    drain: () => server.drain(),
    async key(role, more = {}) {
      const { key } = await services.apiKeys.create({
        name: role,
        role,
        user: more.user ?? role,
        ...(more.channels && { channels: more.channels }),
        createdBy: 'test',
      });
      return key;
    },
    async call(method, path, { key, body, headers } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && text !== '' ? JSON.parse(text) : null,
      };
    },
    async [Symbol.asyncDispose]() {
      await services.connections.drain(0);
      await runs.close();
      hub.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rawLog.close();
      await bus.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The members that RFC 9457 and PROTOCOL.md ask of every problem. */
export function isProblem({ status, headers, body }: Answer): boolean {
  return (
    headers.get('content-type') === 'application/problem+json' &&
    body.status === status &&
    body.type.endsWith(`/docs/codes/${body.code}`) &&
    [body.title, body.detail, body.fix].every((text) => typeof text === 'string' && text.length > 0) &&
    typeof body.retryable === 'boolean' &&
    Array.isArray(body.checked) &&
    headers.get('greenlight-attempt') === body.attempt
  );
}
