/** Signing in and out, and one-time tickets. */
import { createRoute, z } from '@hono/zod-openapi';
import type { CredentialKind, Identity, Role } from '@greenlight/handshake/identity';
import { cookieValue } from '@greenlight/handshake/present-credential';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { role } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';

export type Me = {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly channels?: readonly string[];
  readonly credential: CredentialKind;
  readonly expiresAt?: string;
};

const me: z.ZodType<Me> = z
  .object({
    user: z.string(),
    name: z.string(),
    role,
    channels: z.array(z.string()).optional().openapi({ description: 'Patterns it is limited to.' }),
    credential: z.enum(['api_key', 'ticket', 'session', 'token']),
    expiresAt: z.string().optional(),
  })
  .openapi('Me');

const meOf = ({ user, name, role, channels, credential, expiresAt }: Identity): Me => ({
  user,
  name,
  role,
  ...(channels && { channels }),
  credential,
  ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
});

const login = createRoute({
  method: 'post',
  path: '/api/v1/auth/login',
  tags: ['Authentication'],
  summary: 'Sign in with a one-time code',
  description:
    'The code is printed when the server starts. Answers with the session cookie (HttpOnly, SameSite=Lax).',
  security: [],
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ code: z.string().min(1) }) } },
    },
  },
  responses: {
    200: { description: 'Signed in.', content: { 'application/json': { schema: me } } },
    default: problemResponse,
  },
});

const logout = createRoute({
  method: 'post',
  path: '/api/v1/auth/logout',
  tags: ['Authentication'],
  summary: 'Sign out',
  description: 'Ends the session of the cookie, if there is one, and the connections that it opened.',
  security: [],
  responses: { 204: { description: 'Signed out.' }, default: problemResponse },
});

const whoAmI = createRoute({
  method: 'get',
  path: '/api/v1/auth/me',
  tags: ['Authentication'],
  summary: 'Who am I',
  responses: {
    200: {
      description: 'The identity behind the credential.',
      content: { 'application/json': { schema: me } },
    },
    default: problemResponse,
  },
});

const ticket = createRoute({
  method: 'post',
  path: '/api/v1/auth/ws-ticket',
  tags: ['Authentication'],
  summary: 'Get a one-time ticket for a WebSocket URL',
  description: 'One use, bound to the user and to the origin (by default that of this request).',
  request: {
    body: {
      content: {
        'application/json': {
          schema: z.object({
            channels: z.array(z.string()).optional().openapi({ description: 'Patterns to limit it to.' }),
            origin: z.string().optional(),
          }),
        },
      },
    },
  },
  responses: {
    200: {
      description: 'Use it as `?ticket=` before it expires.',
      content: {
        'application/json': {
          schema: z.object({
            ticket: z.string(),
            expiresIn: z.number().openapi({ description: 'Seconds.' }),
          }),
        },
      },
    },
    default: problemResponse,
  },
});

export function addAuthRoutes(api: Api, { sessions, tickets }: Services): void {
  api.openapi(login, async (c) => {
    const signedIn = await sessions.signIn(c.req.valid('json').code);
    if (!signedIn.ok) return c.env.fail(signedIn.failure);
    c.header('set-cookie', sessions.cookie(signedIn.secret, c.env.request.secure));
    return c.json(meOf(signedIn.identity), 200);
  });

  api.openapi(logout, async (c) => {
    const secret = cookieValue(c.env.request, sessions.cookieName);
    if (secret) await sessions.end(secret);
    c.header('set-cookie', sessions.clearedCookie(c.env.request.secure));
    return c.body(null, 204);
  });

  api.openapi(whoAmI, (c) => c.json(meOf(callerOf(c)), 200));

  api.openapi(ticket, async (c) => {
    const { channels, origin = c.env.request.headers.get('origin') } = c.req.valid('json');
    const minted = await tickets.mint(callerOf(c), {
      ...(channels && { channels }),
      ...(origin && { origin }),
    });
    if (!minted.ok) return c.env.fail(minted.failure);
    return c.json({ ticket: minted.ticket, expiresIn: minted.expiresIn }, 200);
  });
}
