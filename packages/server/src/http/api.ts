/** All REST routes in one Hono application. What is not an answer of theirs leaves through `call.fail`. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { hideCredentials } from '@greenlight/handshake/credential-shape';
import { simulatedMark } from '@greenlight/protocol/event';
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import type { Services } from '../services.ts';
import type { Api, ApiEnv, Call } from './call.ts';
import type { Reports } from './reports.ts';
import { addAuthRoutes } from './rest/auth.ts';
import { addChannelRoutes } from './rest/channels.ts';
import { addCommandRoutes } from './rest/commands.ts';
import { addConnectionRoutes } from './rest/connections.ts';
import { addHandshakeRoutes } from './rest/handshakes.ts';
import { addHealthRoutes, type HealthSources } from './rest/health.ts';
import { addKeyRoutes } from './rest/keys.ts';
import { addMetricsRoute } from './rest/metrics.ts';
import { addRecommendationRoutes } from './rest/recommendations.ts';
import { addSelfProbeRoute } from './rest/self-probe.ts';
import { addSettingsRoutes } from './rest/settings.ts';
import { addOidcRoutes } from './rest/oidc.ts';
import { addUserRoutes } from './rest/users.ts';
import { addValidationRoutes } from './rest/validations.ts';
import { addWorkflowRoutes } from './rest/workflows.ts';

export function createApi(
  services: Services,
  { reports, ...health }: HealthSources & { reports?: Reports | undefined },
): Api {
  const api = new OpenAPIHono<ApiEnv>({
    // The very path that the ladder judged: a second opinion on "/dashboard/../api" would be a hole.
    getPath: (_request, { env } = {}) => (env as Call).path,
    defaultHook: (result, c) =>
      result.success
        ? undefined
        : c.env.fail({ code: 'invalid_input', detail: sentenceOf(result.target, result.error) }),
  });
  api.notFound((c) => c.env.fail({ code: 'route_not_found' }));
  api.onError((error, c) => {
    if (error instanceof HTTPException)
      return c.env.fail({ code: 'invalid_input', detail: 'The body is not valid JSON.' });
    if (error instanceof LogUnavailable)
      return c.env.fail({ code: 'storage_unavailable', detail: error.message });
    services.logger.error(
      {
        attempt: c.env.request.attempt,
        path: hideCredentials(c.env.path),
        error,
        ...simulatedMark(c.env.identity),
      },
      'A request failed.',
    );
    return c.env.fail({ code: 'internal_error' });
  });

  addHealthRoutes(api, services, health);
  addSelfProbeRoute(api, health.selfProbe);
  addSettingsRoutes(api, services);
  addAuthRoutes(api, services);
  addOidcRoutes(api, services);
  addUserRoutes(api, services);
  addKeyRoutes(api, services);
  addChannelRoutes(api, services);
  addCommandRoutes(api, services);
  addWorkflowRoutes(api, services, reports);
  addValidationRoutes(api, services);
  addRecommendationRoutes(api, services);
  addHandshakeRoutes(api, services);
  addConnectionRoutes(api, services);
  addMetricsRoute(api, services);
  return api;
}

const PLACES: Readonly<Record<string, string>> = {
  json: 'body',
  query: 'query',
  param: 'path',
  header: 'headers',
};

/** The first thing that does not fit: `In the body, "name": must be text.` */
function sentenceOf(target: string, error: z.core.$ZodError): string {
  const place = PLACES[target] ?? 'request';
  const [issue] = error.issues;
  if (!issue) return `The ${place} does not fit.`;
  const field = issue.path.length > 0 ? `, "${issue.path.join('.')}"` : '';
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `In the ${place}${field}: ${issue.message}${more}.`;
}
