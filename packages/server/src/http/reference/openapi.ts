/** The OpenAPI 3.1 document: the REST routes describe themselves, the streams are described here. */
import { z } from '@hono/zod-openapi';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { pathId, positionText } from '../schemas/basics.ts';
import { eventFrame } from '../schemas/event.ts';
import { commandSchemas, serverFrameSchemas, subscribeOutcomes } from '../schemas/frame.ts';
import { problemResponse } from '../schemas/problem.ts';
import { runDelta } from '../schemas/run.ts';
import { commandSchemaName, frameSchemaName } from './asyncapi.ts';

export type OpenApiDocument = ReturnType<Api['getOpenAPI31Document']>;

const TAGS = [
  { name: 'Authentication', description: 'One verifier for REST, WebSocket, SSE and long-poll.' },
  { name: 'Users', description: 'Accounts of people who sign in.' },
  { name: 'API keys', description: 'Credentials for programs.' },
  { name: 'Channels', description: 'Append-only logs with a position that every transport shares.' },
  {
    name: 'Streams',
    description: 'The same channels by Server-Sent Events and long-poll; WebSockets are below.',
  },
  { name: 'Workflows', description: 'Runs. Older callers may say `/api/workflows` for `/api/v1/workflows`.' },
  { name: 'Review', description: 'What validation found, and what to do about it.' },
  { name: 'Handshakes', description: 'Why an attempt was refused.' },
  { name: 'Operations', description: 'For operators.' },
  { name: 'Health', description: 'For load balancers and people.' },
];

const channels = z.string().openapi({
  description: 'Channel names, separated by commas.',
  example: 'orders,workflows',
});
const since = z.string().optional().openapi({
  description:
    'Where to begin: a position, for several channels the vector that the stream gave as its `id` or `position`, or `earliest`. Absent: from now on.',
});
const lastEventId = z.object({
  'last-event-id': z.string().optional().openapi({
    description: 'The `id` of the last event already had; sent by `EventSource` itself. Beats `since`.',
  }),
});
const frames = z.enum(['all']).optional().openapi({
  description:
    '`all`: also `welcome`, outcomes, heartbeats and `disconnect` as frames; else events, and comments as heartbeat.',
});
const stream = {
  200: {
    description:
      'Each `data:` is one event frame; each `id:` is the position of all channels of the stream. There is no `event:` field.',
    content: { 'text/event-stream': { schema: z.string() } },
  },
  default: problemResponse,
};

/** Adds the paths that do not run through Hono, and the ways to present a credential. */
export function describeStreams(api: Api, { sessions }: Pick<Services, 'sessions'>): void {
  const registry = api.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, `gl_<id>_<secret>`, or a JWT.',
  });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessions.cookieName,
    description: 'The session cookie; writes with it need an allowed Origin.',
  });
  registry.registerComponent('securitySchemes', 'ticket', {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'A one-time ticket. Any other credential in a URL is refused.',
  });
  registry.registerPath({
    method: 'get',
    path: '/api/v1/sse',
    tags: ['Streams'],
    summary: 'Listen by Server-Sent Events',
    request: { headers: lastEventId, query: z.object({ channels, since, frames }) },
    responses: stream,
  });
  registry.registerPath({
    method: 'get',
    path: '/api/v1/workflows/{id}/stream',
    tags: ['Workflows'],
    summary: 'Follow a run by Server-Sent Events',
    description: 'Without a position it begins with the first event of the run.',
    request: {
      params: pathId('wf_01k9x0abcdefghijklmn'),
      headers: lastEventId,
      query: z.object({ since, frames }),
    },
    responses: stream,
  });
  registry.registerPath({
    method: 'get',
    path: '/api/v1/poll',
    tags: ['Streams'],
    summary: 'Listen by long-poll',
    description: 'Without `since` it answers at once with where the channels stand.',
    request: {
      query: z.object({
        channels,
        since,
        wait: z.int().optional().openapi({ description: 'Seconds to wait for an event. Default 25.' }),
        frames: z.enum(['all']).optional().openapi({
          description:
            '`all`: the answer is `{position, frames}`, with every frame that a socket would have carried.',
        }),
      }),
    },
    responses: {
      200: {
        description: 'What is new; ask again with `since` = `position`.',
        content: {
          'application/json': {
            schema: z.object({
              position: positionText.openapi({ description: 'Of all channels, for the next request.' }),
              events: z.array(eventFrame).optional(),
              outcomes: subscribeOutcomes
                .optional()
                .openapi({ description: 'For each channel: how this answer begins.' }),
              frames: z
                .array(z.unknown())
                .optional()
                .openapi({ description: 'With `frames=all`, instead of the two above.' }),
            }),
          },
        },
      },
      default: problemResponse,
    },
  });
  registry.register('RunDelta', runDelta);
  for (const [type, schema] of Object.entries(commandSchemas))
    registry.register(commandSchemaName(type as keyof typeof commandSchemas), schema);
  for (const [type, schema] of Object.entries(serverFrameSchemas))
    registry.register(frameSchemaName(type as keyof typeof serverFrameSchemas), schema);
}

export function openApiDocument(api: Api, { info }: Pick<Services, 'info'>): OpenApiDocument {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Greenlight',
      version: info.version,
      description:
        'Real time for agent and workflow apps. Every connection gets a green light or the reason why not, and every event arrives exactly once, in order.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: info.publicUrl }],
    security: [{ bearer: [] }, { session: [] }, { ticket: [] }],
    tags: TAGS,
  });
}
