/** The socket's commands for those who listen by SSE or long-poll. */
import { createRoute, z } from '@hono/zod-openapi';
import { commandFrom } from '@greenlight/protocol/decode';
import { runCommand } from '../../commands/run-command.ts';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { problemResponse } from '../schemas/problem.ts';
import { commandSchema, replySchema } from '../schemas/frame.ts';

const command = createRoute({
  method: 'post',
  path: '/api/v1/commands',
  tags: ['Streams'],
  summary: 'Send one command',
  description:
    'What a WebSocket would send as a frame: publish, start, control or ping. Channels of a stream are chosen in its URL.',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.unknown().openapi({ oneOf: [{ $ref: '#/components/schemas/Command' }] }),
        },
      },
    },
  },
  responses: {
    200: { description: 'The reply frame.', content: { 'application/json': { schema: replySchema } } },
    default: problemResponse,
  },
});

export function addCommandRoutes(api: Api, services: Services): void {
  api.openAPIRegistry.register('Command', commandSchema);

  api.openapi(command, async (c) => {
    const decoded = commandFrom(c.req.valid('json'));
    if (!decoded.ok) return c.env.fail(decoded);
    const { value } = decoded;
    switch (value.type) {
      case 'auth':
      case 'subscribe':
      case 'unsubscribe':
        return c.env.fail({
          code: 'invalid_input',
          detail: `"${value.type}" belongs to a connection; here the credential comes with each request and channels are chosen in the URL of the stream, as ?channels=a,b.`,
        });
      case 'publish':
      case 'start':
      case 'control':
      case 'ping': {
        const reply = await runCommand(services, callerOf(c), value);
        return reply.type === 'ok' ? c.json(reply, 200) : c.env.fail(reply);
      }
      default:
        throw new Error(`No route for ${JSON.stringify(value satisfies never)}`);
    }
  });
}
