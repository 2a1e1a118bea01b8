/** Wires one node: services on top of a log and runs, and the doors of an HTTP server in front of them. */
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Log } from '@greenlight/log/log';
import type { Review } from '@greenlight/runs/review';
import type { Runs } from '@greenlight/runs/runs';
import { createAdmission } from './admission.ts';
import { createAttempts } from './attempts.ts';
import { createAuth } from './auth/create-auth.ts';
import { createReach } from './auth/reach.ts';
import { identityFacts } from './auth/identity-facts.ts';
import { identityProblems, type IdentitySettings } from './auth/identity-settings.ts';
import { createRefuseClientError } from './client-error.ts';
import { createConnections } from './connections.ts';
import { holdSockets, releaseSockets } from './early-sockets.ts';
import { createHttpHandler } from './http/handler.ts';
import type { Reports } from './http/reports.ts';
import type { SelfProbe } from './http/self-probe-report.ts';
import type { Hub } from './hub.ts';
import type { ServerInfo } from './info.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './observe/logger.ts';
import { createMetrics } from './observe/metrics.ts';
import { createOutcomes } from './refuse.ts';
import { createRefuseUnread } from './refuse-unread.ts';
import type { ServerSettings, Services } from './services.ts';
import { boundSilentSockets } from './silent-sockets.ts';
import { attachTlsDoor } from './tls-door.ts';
import { UnderWay } from './under-way.ts';
import { createWork } from './work.ts';
import { openPlainSocket } from './transports/websocket-plain.ts';
import { openEchoSocket } from './transports/websocket-echo.ts';
import { openProtocolSocket } from './transports/websocket.ts';
import { createUpgrade, shouldUpgrade } from './upgrade.ts';

export type ServerOptions = {
  readonly info: ServerInfo;
  readonly limits: Limits;
  readonly settings: ServerSettings;
  /** Default: no tokens count. */
  readonly identity?: IdentitySettings;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The announcing log, on top of the same hub. */
  readonly log: Log;
  readonly hub: Hub;
  readonly runs: Runs;
  readonly review: Review;
  readonly reports: Reports;
  readonly logger: Logger;
  readonly dashboardFolder: string;
  readonly docsFolder: string;
  readonly selfProbe: SelfProbe;
};

export type Server = {
  readonly services: Services;
  /** Refuses newcomers and sends everybody else away, within `limits.drainMs`. */
  drain(): Promise<void>;
  /** Takes no more sockets, answers the requests that are under way, and closes. */
  close(): Promise<void>;
};

/** How often `node:http` looks for those who take too long, ms; its own default is half a minute. */
const CHECKING_INTERVAL_MS = 1_000;
const MAX_HEADER_BYTES = 16_384;

/** A certificate, with its chain, and its key, in PEM. */
export type TlsPair = { readonly cert: Buffer; readonly key: Buffer };

/** An HTTP server with the right limits and no doors yet: to learn the port before anything depends on it. Who comes, waits. */
export function createBareServer(tls?: TlsPair): HttpServer {
  const options = {
    connectionsCheckingInterval: CHECKING_INTERVAL_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
    shouldUpgradeCallback: shouldUpgrade,
    // The ladder refuses its absence, with a code and an attempt id.
    requireHostHeader: false,
  };
  const http = tls ? createTlsServer({ ...options, ...tls }) : createServer(options);
  holdSockets(http);
  return http;
}

/** Attaches at once, so that nothing that arrives from now on goes unanswered. */
export function attachServer(http: HttpServer, options: ServerOptions): Server {
  const { settings, limits, clock, log, logger, info, identity = {} } = options;
  const [problem] = identityProblems(identity, info.environment);
  if (problem !== undefined) throw new Error(problem);
  let isDraining = false;
  const draining = (): boolean => isDraining;

  const metrics = createMetrics(info);
  const connections = createConnections({ log, metrics, logger, clock });
  const cut = (credentialId: string, reason: string): void => {
    connections.cut({ credentialId }, { code: 'credential_rejected', reason });
  };
  const { accounts, oidc, simulated, apiKeys, sessions, tickets, verifier } = createAuth({
    log,
    limits,
    identity,
    publicUrl: settings.publicUrl,
    port: settings.port,
    clock,
    cut,
    reach: createReach(connections),
  });
  const attempts = createAttempts({ limits, clock });
  const work = createWork({ limits, clock });
  const admission = createAdmission({
    settings,
    limits,
    connections,
    draining,
    work,
    clock,
    logger,
    verifier,
    accounts,
    cookieName: sessions.cookieName,
    privateOwner: (workflow) => options.runs.privateOwner(workflow),
    runExists: async (workflow) => (await options.runs.get(workflow)) !== null,
  });
  const services: Services = {
    info,
    limits,
    settings,
    clock,
    log,
    logger,
    metrics,
    connections,
    work,
    attempts,
    admission,
    identityFacts: identityFacts(identity, settings.publicUrl),
    accounts,
    oidc,
    simulated,
    apiKeys,
    sessions,
    tickets,
    hub: options.hub,
    runs: options.runs,
    review: options.review,
    ...createOutcomes({ info, settings, attempts, metrics, logger, log, clock }),
  };

  const admitEarly = releaseSockets(http);
  const refuseUnread = createRefuseUnread(services);
  if (http instanceof HttpsServer) attachTlsDoor(http, { limits, refuseUnread });
  boundSilentSockets(http, { limits, refuseUnread });
  // Slow clients must not hold sockets for ever.
  http.headersTimeout = limits.headersMs;
  http.requestTimeout = limits.requestMs;
  // One function for all: thousands of idle sockets hold it.
  const countSilent = function (this: Socket): void {
    if (this.bytesRead === 0) metrics.silentSocket();
  };
  http.on('connection', (socket) => socket.on('close', countSilent));
  const upgrade = createUpgrade(services, {
    protocol: (opened) => openProtocolSocket(services, opened),
    plain: (opened, route) => openPlainSocket(services, { ...opened, route }),
    echo: (opened) => openEchoSocket(services, opened),
  });
  http.on('upgrade', upgrade);
  http.on('connect', upgrade);
  http.on('clientError', createRefuseClientError(refuseUnread));
  const handle = createHttpHandler(services, { ...options, draining });
  const requests = new UnderWay();
  http.on('request', (_incoming, response: ServerResponse) => {
    // Whoever keeps a connection open for more requests has to open it to the next process.
    if (isDraining) response.setHeader('Connection', 'close');
    response.once('close', requests.begin());
  });
  http.on('request', handle);
  // An expectation that nobody knows may be ignored (RFC 9110 section 10.1.1); `node:http` would refuse it on its own.
  http.on('checkExpectation', handle);
  admitEarly();

  return {
    services,
    async drain() {
      isDraining = true;
      await connections.drain(limits.drainMs);
    },
    async close() {
      http.close();
      const late = Promise.withResolvers<void>();
      const deadline = setTimeout(late.resolve, limits.closeMs);
      await Promise.race([requests.ended(), late.promise]);
      clearTimeout(deadline);
      http.closeAllConnections();
    },
  };
}
