/** Accounts, for administrators. */
import { createRoute, z } from '@hono/zod-openapi';
import type { AccountInfo } from '@greenlight/protocol/account-info';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { pageOf, role, timestamp } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';

type CreatedAccount = AccountInfo & { readonly password?: string };

const info = z.object({
  user: z.string(),
  name: z.string().openapi({ description: 'For people.' }),
  role,
  state: z.enum(['active', 'disabled']),
  mustChangePassword: z.boolean(),
  issuer: z
    .string()
    .optional()
    .openapi({ description: 'The identity provider that it signs in with, if it has no password here.' }),
  createdAt: timestamp,
  createdBy: z.string(),
  changedAt: timestamp,
});
const account: z.ZodType<AccountInfo> = info.openapi('User');
const createdAccount: z.ZodType<CreatedAccount> = info
  .extend({
    password: z.string().optional().openapi({ description: 'The random first password; shown this once.' }),
  })
  .openapi('NewUser');

const userName = z.object({
  name: z
    .string()
    .min(1)
    .openapi({ param: { name: 'name', in: 'path' }, example: 'ada' }),
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/users',
  tags: ['Users'],
  summary: 'List the users',
  responses: {
    200: { description: 'By name.', content: { 'application/json': { schema: pageOf(account) } } },
    default: problemResponse,
  },
});

const create = createRoute({
  method: 'post',
  path: '/api/v1/users',
  tags: ['Users'],
  summary: 'Create a user',
  description:
    'For administrators. Without a password a random one is made and is in this answer and nowhere else. It has to be changed at the first sign-in.',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            user: z.string().min(1).openapi({ description: '1 to 64 of `a-z 0-9 . _ -`.', example: 'ada' }),
            name: z.string().min(1).max(200).optional(),
            role,
            password: z.string().min(1).max(1_000).optional(),
            mustChangePassword: z.boolean().optional().openapi({ description: 'Default true.' }),
          }),
        },
      },
    },
  },
  responses: {
    201: { description: 'The new user.', content: { 'application/json': { schema: createdAccount } } },
    default: problemResponse,
  },
});

const change = createRoute({
  method: 'patch',
  path: '/api/v1/users/{name}',
  tags: ['Users'],
  summary: 'Change the role of a user, disable or enable, ask for a new password',
  description:
    'Reaches open connections within a second: they go on with the new role, or end where they may no longer be.',
  request: {
    params: userName,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              role: role.optional(),
              disabled: z.boolean().optional(),
              mustChangePassword: z.boolean().optional(),
            })
            .refine((changes) => Object.keys(changes).length > 0, {
              error: 'needs "role", "disabled" or "mustChangePassword"',
            }),
        },
      },
    },
  },
  responses: {
    200: { description: 'As it is now.', content: { 'application/json': { schema: account } } },
    default: problemResponse,
  },
});

const resetPassword = createRoute({
  method: 'post',
  path: '/api/v1/users/{name}/password',
  tags: ['Users'],
  summary: 'Set a new password for a user who has lost theirs',
  description:
    'Ends the sessions of the user. Without a password a random one is made and is in this answer and nowhere else. It has to be changed at the next sign-in.',
  request: {
    params: userName,
    body: {
      required: true,
      content: {
        'application/json': { schema: z.strictObject({ password: z.string().min(1).max(1_000).optional() }) },
      },
    },
  },
  responses: {
    200: { description: 'As it is now.', content: { 'application/json': { schema: createdAccount } } },
    default: problemResponse,
  },
});

export function addUserRoutes(api: Api, { accounts, logger }: Services): void {
  api.openapi(list, async (c) => c.json({ items: await accounts.list() }, 200));

  api.openapi(create, async (c) => {
    const { name, password, mustChangePassword, ...needed } = c.req.valid('json');
    const by = callerOf(c).user;
    const created = await accounts.create({
      ...needed,
      ...(name !== undefined && { name }),
      ...(password !== undefined && { password }),
      ...(mustChangePassword !== undefined && { mustChangePassword }),
      createdBy: by,
    });
    if (!created.ok) return c.env.fail(created);
    const { user, role: given } = created.info;
    logger.info({ attempt: c.env.request.attempt, user, role: given, by }, 'A user was created.');
    const shown = created.password === null ? {} : { password: created.password };
    return c.json({ ...created.info, ...shown }, 201, { 'cache-control': 'no-store' });
  });

  api.openapi(change, async (c) => {
    const { role: wanted, disabled, mustChangePassword } = c.req.valid('json');
    const { name: user } = c.req.valid('param');
    const changed = await accounts.change(user, {
      by: callerOf(c).user,
      ...(wanted !== undefined && { role: wanted }),
      ...(disabled !== undefined && { disabled }),
      ...(mustChangePassword !== undefined && { mustChangePassword }),
    });
    if (!changed.ok) return c.env.fail(changed.failure);
    const { state, role: now } = changed.info;
    const fields = { attempt: c.env.request.attempt, user, role: now, state, by: callerOf(c).user };
    logger.info(fields, 'A user was changed.');
    return c.json(changed.info, 200);
  });

  api.openapi(resetPassword, async (c) => {
    const { password } = c.req.valid('json');
    const { name: user } = c.req.valid('param');
    const reset = await accounts.resetPassword({
      user,
      by: callerOf(c).user,
      ...(password !== undefined && { password }),
    });
    if (!reset.ok) return c.env.fail(reset);
    const fields = { attempt: c.env.request.attempt, user, by: callerOf(c).user };
    logger.info(fields, 'A user got a new password.');
    const shown = reset.password === null ? {} : { password: reset.password };
    return c.json({ ...reset.info, ...shown }, 200, { 'cache-control': 'no-store' });
  });
}
