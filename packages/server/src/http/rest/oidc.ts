/** Signing in with an identity provider: the two stops of the browser here. */
import { createRoute, z } from '@hono/zod-openapi';
import { cookieValue } from '@greenlight/handshake/present-credential';
import { OIDC_CALLBACK } from '../../auth/oidc.ts';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { problemResponse } from '../schemas/problem.ts';

const start = createRoute({
  method: 'get',
  path: '/api/v1/auth/oidc/start',
  tags: ['Authentication'],
  summary: 'Sign in with the identity provider',
  description: 'For browsers. `not_found` if none is configured.',
  security: [],
  request: {
    query: z.object({
      return: z
        .string()
        .optional()
        .openapi({ description: 'Where to go afterwards, below `/dashboard/`.', example: '/dashboard/' }),
    }),
  },
  responses: { 302: { description: 'To the provider.' }, default: problemResponse },
});

const callback = createRoute({
  method: 'get',
  path: OIDC_CALLBACK,
  tags: ['Authentication'],
  summary: 'Where the identity provider sends the browser back to',
  description: 'Register this address with the provider.',
  security: [],
  responses: { 302: { description: 'Signed in, with the session cookie.' }, default: problemResponse },
});

const NONE = { code: 'not_found', detail: 'No identity provider is configured on this server.' } as const;

export function addOidcRoutes(api: Api, { oidc, sessions }: Services): void {
  api.openapi(start, async (c) => {
    if (!oidc) return c.env.fail(NONE);
    const begun = await oidc.begin(c.req.valid('query').return ?? null);
    if (!begun.ok) return c.env.fail(begun.failure);
    c.header('set-cookie', oidc.cookie(begun.cookie, c.env.request.secure));
    return c.body(null, 302, { location: begun.location });
  });

  api.openapi(callback, async (c) => {
    if (!oidc) return c.env.fail(NONE);
    const { request } = c.env;
    const finished = await oidc.finish(request.query, cookieValue(request, oidc.cookieName));
    if (!finished.ok) return c.env.fail(finished.failure);
    c.header('set-cookie', oidc.clearedCookie(request.secure));
    c.header('set-cookie', sessions.cookie(finished.secret, request.secure), { append: true });
    return c.body(null, 302, { location: finished.returnTo });
  });
}
