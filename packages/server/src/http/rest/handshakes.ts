/** What became of attempts: the public verdict for whoever holds an id, everything for operators. */
import { createRoute, z } from '@hono/zod-openapi';
import { ATTEMPT_OUTCOMES, type AttemptTrace, CREDENTIAL_KINDS } from '@greenlight/protocol/attempt-trace';
import { HOP_SOURCES, HOP_STANDINGS } from '@greenlight/protocol/hop';
import { TRANSPORTS } from '@greenlight/protocol/transport';
import type { PublicVerdict } from '../../attempts.ts';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { pageLimit, pageOf, timestamp } from '../schemas/basics.ts';
import { checkedStage, problem, problemResponse, refusalCode, stage } from '../schemas/problem.ts';

const simulated = z
  .literal(true)
  .optional()
  .openapi({ description: 'The credential came from a simulated sign-in, or said so.' });

const publicVerdict: z.ZodType<PublicVerdict> = z
  .union([
    z
      .intersection(z.object({ outcome: z.literal('accepted'), at: timestamp, simulated }), problem)
      .openapi({ description: 'Let in, and what was asked for could not be done: the problem.' }),
    z.object({
      outcome: z.literal('accepted'),
      attempt: z.string(),
      at: timestamp,
      simulated,
      checked: z.array(checkedStage),
    }),
    z.intersection(z.object({ outcome: z.literal('refused'), at: timestamp, simulated }), problem),
  ])
  .openapi('PublicVerdict');

const attemptTrace: z.ZodType<AttemptTrace> = z
  .object({
    attempt: z.string(),
    outcome: z.enum(ATTEMPT_OUTCOMES),
    at: timestamp,
    transport: z.enum(TRANSPORTS),
    method: z.string(),
    httpVersion: z.string(),
    path: z.string().openapi({ description: 'Without the query.' }),
    address: z.string(),
    hops: z
      .array(
        z.object({
          address: z.string().nullable().openapi({ description: 'Null: what stands there is no address.' }),
          source: z.enum(HOP_SOURCES),
          standing: z.enum(HOP_STANDINGS),
        }),
      )
      .openapi({
        description: 'How the address was found, from the peer on; what was ignored stands at the end.',
      }),
    secure: z.boolean(),
    host: z.string().nullable(),
    origin: z.string().nullable(),
    headers: z.array(z.string()).openapi({ description: 'Names only.' }),
    checked: z.array(checkedStage),
    user: z.string().nullable(),
    credential: z.enum(CREDENTIAL_KINDS).nullable(),
    credentialId: z.string().nullable(),
    stage: z.union([stage, z.null()]),
    code: z.union([refusalCode, z.null()]),
    detail: z.string().nullable(),
    fix: z.string().nullable(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    simulated,
  })
  .openapi('AttemptTrace');

const look = createRoute({
  method: 'get',
  path: '/api/v1/handshakes/{attempt}',
  tags: ['Handshakes'],
  summary: 'Why was this attempt refused?',
  description:
    'For pages, which a browser does not tell why their WebSocket failed. Every origin may ask, no credential is needed; an attempt is known for ten minutes. `attempt_not_seen`: the nodes named in the answer have not seen it since they started, so most likely something in front of them refused it.',
  security: [],
  request: {
    params: z.object({
      attempt: z
        .string()
        .openapi({ param: { name: 'attempt', in: 'path' }, example: 'Zk0w3yq1V8mX2aP7rT5bNg' }),
    }),
  },
  responses: {
    200: { description: 'The verdict.', content: { 'application/json': { schema: publicVerdict } } },
    default: problemResponse,
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/handshakes',
  tags: ['Operations'],
  summary: 'List recent attempts, newest first',
  description: 'For operators: all detail, of this node.',
  request: {
    query: z.object({
      attempt: z.string().optional().openapi({ description: 'This one only.' }),
      outcome: z.enum(ATTEMPT_OUTCOMES).optional(),
      code: refusalCode.optional(),
      transport: z.enum(TRANSPORTS).optional(),
      limit: pageLimit(100, 1_000),
    }),
  },
  responses: {
    200: { description: 'Attempts.', content: { 'application/json': { schema: pageOf(attemptTrace) } } },
    default: problemResponse,
  },
});

export function addHandshakeRoutes(api: Api, { attempts, info }: Services): void {
  api.openapi(look, (c) => {
    const { attempt } = c.req.valid('param');
    const verdict = attempts.publicVerdict(attempt);
    if (verdict) return c.json(verdict, 200);
    return c.env.fail({
      code: 'attempt_not_seen',
      detail: `Node ${info.node} has seen no such attempt since it started at ${info.startedAt}, or not lately.`,
      more: { startedAt: info.startedAt, nodes: [info.node] },
    });
  });

  api.openapi(list, (c) => {
    const { attempt, outcome, code, transport, limit } = c.req.valid('query');
    const items = attempts.list({
      limit,
      ...(attempt !== undefined && { attempt }),
      ...(outcome && { outcome }),
      ...(code && { code }),
      ...(transport && { transport }),
    });
    return c.json({ items }, 200);
  });
}
