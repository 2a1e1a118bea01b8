/** Every HTTP request that is no upgrade: route table, ladder, then the route or the one refusal function. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hideCredentials } from '@greenlight/handshake/credential-shape';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { simulatedMark } from '@greenlight/protocol/event';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import type { Transport } from '@greenlight/protocol/transport';
import type { Plan } from '../admission.ts';
import { corsHeaders } from '../cors.ts';
import { toHandshakeRequest } from '../handshake-request.ts';
import type { AcceptedVerdict } from '../refuse.ts';
import type { Services } from '../services.ts';
import { servePoll } from '../transports/long-poll.ts';
import { serveSse } from '../transports/sse.ts';
import { websocketPlan } from '../websocket-route.ts';
import { createApi } from './api.ts';
import type { Call, Failed } from './call.ts';
import { dispatchRest } from './dispatch-rest.ts';
import { type FailedRequest, failRequest, type RequestFailure } from './fail.ts';
import { canonicalPath, createMatchRoute, type RouteMatch } from './match-route.ts';
import { answerOptions } from './preflight.ts';
import { signInPage, wantsPage } from './sign-in-page.ts';
import { addReferenceRoutes } from './reference/routes.ts';
import type { Reports } from './reports.ts';
import { addDashboardRoutes } from './rest/dashboard.ts';
import type { HealthSources } from './rest/health.ts';
import { METHODS, type Route, type RouteAccess, routesOf } from './route-table.ts';
import { streamRequest } from './stream-request.ts';

export type HttpOptions = HealthSources & {
  /** Where the built dashboard is; it need not exist. */
  readonly dashboardFolder: string;
  /** The `docs` folder of the repository, for the pages in `codes/`. */
  readonly docsFolder: string;
  readonly reports?: Reports;
};

/** Listener for `request`. */
export type HttpHandler = (incoming: IncomingMessage, response: ServerResponse) => void;

/** Public, and holds no secret: pages of every origin may read it. */
const ANY_ORIGIN = '/api/v1/handshakes/{attempt}';

export function createHttpHandler(services: Services, options: HttpOptions): HttpHandler {
  const { admission, refuse, recordAccepted, settings, logger } = services;
  const match = createMatchRoute(routesOf(services.info.environment));
  const api = createApi(services, options);
  addDashboardRoutes(api, options.dashboardFolder);
  addReferenceRoutes(api, services, options.docsFolder);

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = toHandshakeRequest(incoming, 'rest', services);
    const matched = match(canonicalPath(arrived.path));
    const access = accessOf(matched, arrived.method);
    const upgradeOnly = matched ? null : websocketPlan(arrived.path);
    const transport = upgradeOnly ? 'websocket' : transportOf(matched, access, arrived.method);
    const request: HandshakeRequest = { ...arrived, transport };
    response.setHeader(ATTEMPT_HEADER, request.attempt);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    for (const [name, value] of Object.entries(corsHeaders(request, settings)))
      response.setHeader(name, value);
    if (matched?.route.path === ANY_ORIGIN) {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.removeHeader('Access-Control-Allow-Credentials');
    }
    const verdict = await admission.admit(request, upgradeOnly?.plan ?? planOf(matched, access, request));
    const exit = { response, ...(access?.signsIn && wantsPage(request) && { explainAt: signInPage }) };
    if (verdict.outcome === 'refused') {
      refuse(request, verdict, { kind: 'http', ...exit });
      return;
    }
    await serve({ incoming, request, verdict, matched, access, exit });
  }

  async function serve(admitted: Admitted): Promise<void> {
    const { request, verdict, matched, access, exit } = admitted;
    let refused = false;
    const fail = (failure: RequestFailure): Failed => {
      const { checked, identity } = verdict;
      refused = failRequest(services, { request, identity, checked, ...exit }, failure) === 'refused';
      return new Response(null) as Failed;
    };
    const isStream = access !== null && access.transport !== 'rest';
    if (isStream) recordAccepted(request, verdict);
    try {
      if (matched && access) await serveRoute({ ...admitted, matched, access }, fail);
      else answerOptions(exit.response, methodsOf(matched?.route));
    } catch (error) {
      logger.error(
        {
          attempt: request.attempt,
          path: hideCredentials(request.path),
          error,
          ...simulatedMark(verdict.identity),
        },
        'A request failed.',
      );
      fail({ code: 'internal_error' });
    }
    if (!isStream && !refused) recordAccepted(request, verdict);
  }

  async function serveRoute(routed: Routed, fail: Call['fail']): Promise<void> {
    const { incoming, request, verdict, matched, access } = routed;
    const { response } = routed.exit;
    const { identity } = verdict;
    const path = canonicalPath(request.path);
    if (access.transport === 'rest')
      return dispatchRest(
        api,
        { request, identity, path, response, fail },
        { incoming, limits: services.limits, work: services.work },
      );
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    const stream = streamRequest(request, matched.parameters, services.limits);
    if (!stream.ok) return void fail({ code: 'invalid_input', detail: stream.detail });
    const run = matched.parameters['id'];
    if (run !== undefined && !(await services.runs.get(run)))
      return void fail({ code: 'not_found', detail: `There is no run "${run}".` });
    const { channels, frames, waitSeconds, requested } = stream;
    const accepted = { request, identity };
    if (access.transport === 'sse')
      return serveSse(services, { response, accepted, channels, since: requested.since, frames });
    const since = requested.given ? requested.since : null;
    return servePoll(services, { response, accepted, channels, since, waitSeconds, frames });
  }

  return (incoming, response) => {
    response.on('error', () => response.destroy());
    handle(incoming, response).then(
      () => cutUnlessTaken(response, services.limits.answerMs),
      (error: unknown) => {
        logger.error({ error }, 'A request broke the handler.');
        response.destroy();
      },
    );
  };
}

/** Whoever asks and does not read would have us keep the answer for ever. A stream is looked after by its outbox. */
function cutUnlessTaken(response: ServerResponse, ms: number): void {
  if (!response.writableEnded || response.writableFinished) return;
  const deadline = setTimeout(() => response.destroy(), ms).unref();
  response.once('close', () => clearTimeout(deadline));
}

type Admitted = {
  readonly incoming: IncomingMessage;
  readonly exit: Omit<FailedRequest, 'request' | 'identity' | 'checked'>;
  readonly request: HandshakeRequest;
  readonly verdict: AcceptedVerdict;
  readonly matched: RouteMatch | null;
  readonly access: RouteAccess | null;
};
type Routed = Admitted & { readonly matched: RouteMatch; readonly access: RouteAccess };

function accessOf(matched: RouteMatch | null, method = ''): RouteAccess | null {
  const wanted = METHODS.find((known) => known === (method === 'HEAD' ? 'GET' : method));
  return (wanted && matched?.route.methods[wanted]) ?? null;
}

/** Whoever uses the wrong method on a stream's path wanted the stream; a preflight wants nothing yet. */
function transportOf(matched: RouteMatch | null, access: RouteAccess | null, method: string): Transport {
  const wanted = access ?? (method === 'OPTIONS' ? null : matched?.route.methods.GET);
  return wanted?.transport ?? 'rest';
}

/** What the ladder allows on the path. HEAD goes where GET goes; OPTIONS everywhere. */
function methodsOf(route: Route | undefined): readonly string[] {
  if (!route) return [];
  const { methods } = route;
  const known = METHODS.filter((method) => methods[method]);
  return [...(methods.GET ? ['GET', 'HEAD'] : []), ...known.filter((method) => method !== 'GET'), 'OPTIONS'];
}

function planOf(matched: RouteMatch | null, access: RouteAccess | null, request: HandshakeRequest): Plan {
  const methods = methodsOf(matched?.route);
  if (!matched || !access) return { methods, credential: 'none', channels: [], connection: false };
  const { credential, channels, may, changesPassword, lookup, transport } = access;
  return {
    methods,
    credential,
    channels: channels?.(matched.parameters, request.query) ?? [],
    ...(may && { may }),
    ...(changesPassword && { changesPassword }),
    ...(lookup && { lookup }),
    connection: transport !== 'rest',
  };
}
