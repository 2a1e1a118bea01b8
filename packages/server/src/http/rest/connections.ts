/** Open connections, for operators. */
import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { createRoute, z } from '@hono/zod-openapi';
import { TRANSPORTS } from '@greenlight/protocol/transport';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { pageOf, timestamp } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';

const connection: z.ZodType<ConnectionInfo> = z
  .object({
    session: z.string(),
    attempt: z.string(),
    user: z.string().nullable(),
    credentialId: z.string().nullable(),
    transport: z.enum(TRANSPORTS),
    address: z.string(),
    since: timestamp,
    channels: z.array(z.string()),
    queuedBytes: z.int(),
    rttMs: z.number().nullable(),
    delivered: z.int(),
    simulated: z.literal(true).optional(),
  })
  .openapi('Connection');

const list = createRoute({
  method: 'get',
  path: '/api/v1/connections',
  tags: ['Operations'],
  summary: 'List the open connections of this node',
  responses: {
    200: { description: 'Connections.', content: { 'application/json': { schema: pageOf(connection) } } },
    default: problemResponse,
  },
});

const cut = createRoute({
  method: 'delete',
  path: '/api/v1/connections/{session}',
  tags: ['Operations'],
  summary: 'Cut a connection',
  description: 'It is told why (`forbidden`) before it is closed.',
  request: { params: z.object({ session: z.string().openapi({ param: { name: 'session', in: 'path' } }) }) },
  responses: { 204: { description: 'Cut.' }, default: problemResponse },
});

export function addConnectionRoutes(api: Api, { connections }: Services): void {
  api.openapi(list, (c) => c.json({ items: connections.list() }, 200));

  api.openapi(cut, (c) => {
    const { session } = c.req.valid('param');
    const reason = `Cut by ${callerOf(c).name}.`;
    if (connections.cut({ session }, { code: 'forbidden', reason }) > 0) return c.body(null, 204);
    return c.env.fail({ code: 'not_found', detail: `No connection "${session}" is open on this node.` });
  });
}
