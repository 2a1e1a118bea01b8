/** For tests: a real `node:http` server with the real ladder, a real log, and sessions that only say `welcome`. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerOptions } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FolderLog, openLog } from '@greenlight/log/open-log';
import type { Event } from '@greenlight/protocol/event';
import { type Admission, createAdmission, type Plan } from '../admission.ts';
import { type Attempts, createAttempts } from '../attempts.ts';
import { type Auth, createAuth } from '../auth/create-auth.ts';
import { createRefuseClientError } from '../client-error.ts';
import type { Connections } from '../connections.ts';
import { toHandshakeRequest } from '../handshake-request.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createLogger } from '../observe/logger.ts';
import { createMetrics, type Metrics } from '../observe/metrics.ts';
import { createOutcomes } from '../refuse.ts';
import type { ServerSettings } from '../services.ts';
import { createUpgrade, type OpenedWebSocket, shouldUpgrade } from '../upgrade.ts';
import { websocketPlan } from '../websocket-route.ts';

export const PAGE = 'https://app.example.com';

export type TestServerOptions = {
  readonly settings?: Partial<ServerSettings>;
  readonly limits?: Partial<Limits>;
  readonly connections?: Partial<Pick<Connections, 'count' | 'unauthenticated'>>;
  readonly draining?: boolean;
  readonly http?: ServerOptions;
  /** Kept by the caller, for a second server on the same data. */
  readonly folder?: string;
};

export type TestServer = Auth & {
  readonly port: number;
  readonly admission: Admission;
  readonly attempts: Attempts;
  readonly metrics: Metrics;
  readonly log: FolderLog;
  /** Lines logged so far. */
  readonly logged: readonly string[];
  /** Ids of credentials whose connections were to be cut. */
  readonly cut: readonly string[];
  /** Moves the server's clock, ms. */
  advance(ms: number): void;
  /** What was published on a channel so far. */
  published(channel: string): Promise<readonly Event[]>;
  [Symbol.asyncDispose](): Promise<void>;
};

const PRIVATE: Plan = { methods: ['GET', 'POST'], credential: 'required', channels: [], connection: false };
const PUBLIC: Plan = { methods: ['GET', 'POST'], credential: 'none', channels: [], connection: false };
const NOWHERE: Plan = { methods: [], credential: 'none', channels: [], connection: false };
const PLANS: Readonly<Record<string, Plan>> = { '/private': PRIVATE, '/public': PUBLIC };

const welcome = (kind: string) => (opened: OpenedWebSocket) =>
  opened.websocket.send(
    JSON.stringify({ type: 'welcome', kind, user: opened.accepted.identity?.user ?? null }),
  );

/** Answers `/private` and `/public` over HTTP, `/begun` with half an answer, and every WebSocket path. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'greenlight-handshake-')));
  const log = await openLog({ folder, policies: [{ pattern: '$SYS:*', durability: 'memory' }] });
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const settings: ServerSettings = {
    publicUrl: 'https://live.example.com',
    allowedOrigins: [PAGE],
    allowedHosts: [],
    explain: 'full',
    trustedProxies: [],
    port: 8585,
    ...options.settings,
  };
  let ahead = 0;
  const clock = (): number => Date.now() + ahead;
  const logged: string[] = [];
  const cut: string[] = [];
  const logger = createLogger({ format: 'json', write: (line) => void logged.push(line), clock });
  const metrics = createMetrics({ version: '0.0.0', build: 'test', node: 'n_test' });
  const attempts = createAttempts({ limits, clock });
  const auth = createAuth({
    log,
    limits,
    identity: {},
    publicUrl: settings.publicUrl,
    port: settings.port,
    clock,
    cut: (id) => void cut.push(id),
    reach: { end: () => {}, endSessions: () => {}, changed: () => {} },
  });
  const { refuse, recordAccepted } = createOutcomes({
    info: { node: 'n_test' },
    settings,
    log,
    attempts,
    metrics,
    logger,
    clock,
  });
  const admission = createAdmission({
    settings,
    limits,
    verifier: auth.verifier,
    accounts: auth.accounts,
    cookieName: auth.sessions.cookieName,
    privateOwner: () => null,
    connections: {
      count: 0,
      unauthenticated: 0,
      countOfAddress: () => 0,
      countOfUser: () => 0,
      ...options.connections,
    },
    draining: () => options.draining ?? false,
    logger,
  });
  const services = { settings, limits, clock, attempts, admission, refuse, recordAccepted };

  const server = createServer({
    shouldUpgradeCallback: shouldUpgrade,
    requireHostHeader: false,
    ...options.http,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (incoming, response) => {
    if (incoming.url === '/begun') {
      response.writeHead(200, { 'Content-Length': '10' }).write('12345');
      return;
    }
    const websocket = websocketPlan((incoming.url ?? '').split('?', 1)[0] ?? '');
    const request = toHandshakeRequest(incoming, websocket ? 'websocket' : 'rest', services);
    void admission.admit(request, websocket?.plan ?? PLANS[request.path] ?? NOWHERE).then((verdict) => {
      if (verdict.outcome === 'refused') return refuse(request, verdict, { kind: 'http', response });
      recordAccepted(request, verdict);
      return response.end(JSON.stringify({ user: verdict.identity?.user ?? null }));
    });
  });
  const openers = {
    protocol: welcome('protocol'),
    plain: (opened: OpenedWebSocket, { channels }: { channels: readonly string[] }) =>
      welcome(channels.join(','))(opened),
    echo: welcome('echo'),
  };
  const upgrade = createUpgrade(services, openers);
  server.on('upgrade', upgrade);
  server.on('connect', upgrade);
  server.on('clientError', createRefuseClientError(services));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    ...auth,
    port: (server.address() as AddressInfo).port,
    admission,
    attempts,
    metrics,
    log,
    logged,
    cut,
    advance: (ms) => {
      ahead += ms;
    },
    async published(channel) {
      const { entries } = await log.read(channel, { after: 0 });
      return entries.map(({ json }) => JSON.parse(json) as Event);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await log.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

export type RawAnswer = {
  readonly statusLine: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
};

/** Sends bytes as they are and reads until the answer is whole or the server hangs up. */
export async function exchange(port: number, bytes: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  try {
    socket.write(bytes, 'latin1');
    for await (const chunk of socket) {
      text += (chunk as Buffer).toString('latin1');
      const answer = parseAnswer(text);
      if (answer) return answer;
    }
  } finally {
    socket.destroy();
  }
  throw new Error(`The server hung up after ${JSON.stringify(text)}`);
}

function parseAnswer(text: string): RawAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = text.slice(end + 4);
  const length = Number(headers.get('content-length') ?? 0);
  if (body.length < length) return null;
  return { statusLine, status: Number(statusLine.split(' ')[1]), headers, body };
}

export type HandshakeParts = {
  readonly path?: string;
  readonly method?: string;
  readonly version?: string;
  /** Replaces, or with null removes, headers of a correct handshake. */
  readonly headers?: Readonly<Record<string, string | null>>;
};

/** The bytes of an opening handshake that is correct but for what is changed. */
export function handshakeBytes({
  path = '/ws/test',
  method = 'GET',
  version = '1.1',
  headers = {},
}: HandshakeParts = {}): string {
  const all: Readonly<Record<string, string | null>> = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`;
}
