/** Signing in and out, and one-time tickets. */
import type { CredentialKind } from '@greenlight/protocol/attempt-trace';
import type { Role } from '@greenlight/protocol/role';
import { createRoute, z } from '@hono/zod-openapi';
import type { Identity } from '@greenlight/handshake/identity';
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
  /** Nothing else is answered until `POST /api/v1/auth/password`. */
  readonly mustChangePassword?: true;
  /** The credential comes from a simulated sign-in. */
  readonly simulated?: true;
};

const me: z.ZodType<Me> = z
  .object({
    user: z.string(),
    name: z.string(),
    role,
    channels: z.array(z.string()).optional().openapi({ description: 'Patterns it is limited to.' }),
    credential: z.enum(['api_key', 'ticket', 'session', 'token']),
    expiresAt: z.string().optional(),
    mustChangePassword: z
      .literal(true)
      .optional()
      .openapi({ description: 'Nothing else is answered until the password is changed.' }),
    simulated: z.literal(true).optional().openapi({ description: 'From a simulated sign-in.' }),
  })
  .openapi('Me');

const meOf = ({ user, name, role, channels, credential, expiresAt, simulated }: Identity): Me => ({
  user,
  name,
  role,
  ...(channels && { channels }),
  credential,
  ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  ...(simulated && { simulated }),
});

const password = z.string().min(1).max(1_000);
const credentials = z.union(
  [z.object({ user: z.string().min(1).max(200), password }), z.object({ code: z.string().min(1) })],
  { error: 'needs "user" and "password", or a one-time "code"' },
);

const login = createRoute({
  method: 'post',
  path: '/api/v1/auth/login',
  tags: ['Authentication'],
  summary: 'Sign in with a password or a one-time code',
  description:
    'In development a code is printed when the server starts. Answers with the session cookie (HttpOnly, SameSite=Lax). A wrong password and an unknown user get the same answer.',
  security: [],
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: credentials } },
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

const simulate = createRoute({
  method: 'post',
  path: '/api/v1/auth/simulated',
  tags: ['Authentication'],
  summary: 'Open a session with a simulated token',
  description:
    'For tests of pages. Only where simulated sign-in is configured, which cannot be in production; elsewhere `not_found`.',
  security: [],
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ token: z.string().min(1) }) } },
    },
  },
  responses: {
    200: { description: 'Signed in.', content: { 'application/json': { schema: me } } },
    default: problemResponse,
  },
});

const changePassword = createRoute({
  method: 'post',
  path: '/api/v1/auth/password',
  tags: ['Authentication'],
  summary: 'Change my password',
  description:
    'Ends every session of the user with its connections, and answers with the cookie of a new one. At least 12 characters.',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ current: password, next: password }) } },
    },
  },
  responses: {
    200: { description: 'Changed.', content: { 'application/json': { schema: me } } },
    default: problemResponse,
  },
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

export function addAuthRoutes(api: Api, { accounts, sessions, simulated, tickets }: Services): void {
  api.openapi(login, async (c) => {
    const presented = c.req.valid('json');
    const { address, secure } = c.env.request;
    const signedIn =
      'code' in presented
        ? await sessions.signIn(presented.code)
        : await accounts.signIn({ ...presented, address });
    if (!signedIn.ok) return c.env.fail(signedIn.failure);
    const mustChange = 'mustChangePassword' in signedIn && signedIn.mustChangePassword === true;
    c.header('set-cookie', sessions.cookie(signedIn.secret, secure));
    return c.json(
      { ...meOf(signedIn.identity), ...(mustChange && { mustChangePassword: true as const }) },
      200,
    );
  });

  api.openapi(simulate, async (c) => {
    if (!simulated)
      return c.env.fail({ code: 'not_found', detail: 'There is no simulated sign-in on this server.' });
    const verified = await simulated.verify(c.req.valid('json').token);
    if (!verified.ok) return c.env.fail(verified.failure);
    const { user, name, role, channels } = verified.identity;
    const person = { user, name, role, ...(channels && { channels }), simulated: true as const };
    const { secret, identity } = await sessions.open(person);
    c.header('set-cookie', sessions.cookie(secret, c.env.request.secure));
    return c.json(meOf(identity), 200);
  });

  api.openapi(changePassword, async (c) => {
    const { current, next } = c.req.valid('json');
    const { address, secure } = c.env.request;
    const changed = await accounts.changePassword(
      { user: callerOf(c).user, password: current, address },
      next,
    );
    if (!changed.ok) return c.env.fail(changed.failure);
    c.header('set-cookie', sessions.cookie(changed.secret, secure));
    return c.json(meOf(changed.identity), 200);
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
