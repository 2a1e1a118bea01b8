/** API keys. */
import { createRoute, z } from '@hono/zod-openapi';
import type { KeyInfo } from '@greenlight/protocol/key-info';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { pageOf, pathId, role, timestamp } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';

type CreatedKey = KeyInfo & { readonly key: string };

const info = z.object({
  id: z.string(),
  name: z.string(),
  role,
  user: z.string(),
  channels: z.array(z.string()).optional(),
  createdAt: timestamp,
  createdBy: z.string(),
  expiresAt: timestamp.optional(),
  revokedAt: timestamp.optional(),
  lastUsedAt: timestamp.optional(),
});
const keyInfo: z.ZodType<KeyInfo> = info.openapi('ApiKey');
const createdKey: z.ZodType<CreatedKey> = info
  .extend({ key: z.string().openapi({ description: 'Shown this once.', example: 'gl_…' }) })
  .openapi('NewApiKey');

const create = createRoute({
  method: 'post',
  path: '/api/v1/keys',
  tags: ['API keys'],
  summary: 'Create a key',
  description:
    'For administrators. The key itself is in this answer and nowhere else; only its hash is kept.',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            name: z.string().min(1).max(200),
            role,
            channels: z
              .array(z.string().min(1))
              .optional()
              .openapi({ description: 'Patterns, such as `orders:*`. Absent: what the role may.' }),
            user: z.string().min(1).max(200).optional(),
            expiresAt: z.iso.datetime({ error: 'must be an RFC 3339 time in UTC' }).optional(),
          }),
        },
      },
    },
  },
  responses: {
    201: { description: 'The new key.', content: { 'application/json': { schema: createdKey } } },
    default: problemResponse,
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/keys',
  tags: ['API keys'],
  summary: 'List the keys',
  responses: {
    200: {
      description: 'All keys, revoked ones too.',
      content: { 'application/json': { schema: pageOf(keyInfo) } },
    },
    default: problemResponse,
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/api/v1/keys/{id}',
  tags: ['API keys'],
  summary: 'Revoke a key and cut its connections',
  request: { params: pathId('k3v9x0ab') },
  responses: { 204: { description: 'It counts for nothing from now on.' }, default: problemResponse },
});

export function addKeyRoutes(api: Api, { apiKeys }: Services): void {
  api.openapi(create, async (c) => {
    const { expiresAt, channels, user, name, role } = c.req.valid('json');
    const { key, info } = await apiKeys.create({
      name,
      role,
      ...(channels && { channels }),
      ...(user !== undefined && { user }),
      ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
      createdBy: callerOf(c).user,
    });
    return c.json({ key, ...info }, 201, { 'cache-control': 'no-store' });
  });

  api.openapi(list, async (c) => c.json({ items: await apiKeys.list() }, 200));

  api.openapi(revoke, async (c) => {
    const { id } = c.req.valid('param');
    if (await apiKeys.revoke(id, callerOf(c).user)) return c.body(null, 204);
    return c.env.fail({ code: 'not_found', detail: `There is no key "${id}" that could be revoked.` });
  });
}
