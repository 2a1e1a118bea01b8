/** The frames of `greenlight.v1`, for the AsyncAPI document and `POST /api/v1/commands`. */
import { DISCONNECT_CODES } from '@greenlight/protocol/codes';
import type {
  CommandId,
  CommandType,
  ErrorReply,
  OkReply,
  Reply,
  ServerFrame,
} from '@greenlight/protocol/frames';
import { CONTROL_ACTIONS } from '@greenlight/protocol/run';
import { z } from '@hono/zod-openapi';
import { channelName, positionText, timestamp } from './basics.ts';
import { eventFrame, eventInput } from './event.ts';
import { checkedStage, problemCode } from './problem.ts';

const id = z.int().min(0).openapi({ description: 'Chosen by the client, echoed in the reply.', example: 1 });
const since = z
  .union([positionText, z.literal('earliest'), z.null()])
  .openapi({ description: 'A position, `earliest`, or null for "from now on".' });

export const commandSchemas = {
  auth: z.object({
    id,
    type: z.literal('auth'),
    ticket: z.string().optional(),
    token: z.string().optional(),
  }),
  subscribe: z.object({ id, type: z.literal('subscribe'), channels: z.record(channelName, since) }),
  unsubscribe: z.object({ id, type: z.literal('unsubscribe'), channels: z.array(channelName) }),
  publish: z.object({
    id,
    type: z.literal('publish'),
    channel: channelName,
    events: z.array(eventInput).min(1).openapi({ description: 'Or one `event`.' }),
    idempotencyKey: z.string().optional(),
  }),
  start: z.object({
    id,
    type: z.literal('start'),
    kind: z.string().openapi({ example: 'validation' }),
    input: z.unknown(),
  }),
  control: z.object({
    id,
    type: z.literal('control'),
    workflow: z.string(),
    action: z.enum(CONTROL_ACTIONS),
  }),
  ping: z.object({ id, type: z.literal('ping') }),
} as const satisfies { [Type in CommandType]: z.ZodType<{ id: CommandId; type: Type }> };

/** Documents the shape; `commandFrom` of the protocol package decodes, for sockets and for REST alike. */
export const commandSchema = z
  .union([commandSchemas.publish, commandSchemas.start, commandSchemas.control, commandSchemas.ping])
  .openapi('Command');

const subscribeOutcome = z
  .union([
    z.object({ outcome: z.literal('continued'), position: positionText }),
    z.object({ outcome: z.literal('replayed'), position: positionText, count: z.int() }),
    z.object({ outcome: z.literal('snapshot'), position: positionText }),
    z.object({
      outcome: z.literal('reset'),
      position: positionText,
      reason: z.enum(['epoch_changed', 'trimmed', 'ahead_of_log']),
    }),
    z.object({ outcome: z.literal('denied'), code: problemCode, detail: z.string() }),
  ])
  .openapi('SubscribeOutcome');

const okReply: z.ZodType<OkReply> = z
  .looseObject({
    id,
    type: z.literal('ok'),
    channels: z
      .record(z.string(), subscribeOutcome)
      .optional()
      .openapi({ description: 'In the reply to `subscribe`: one outcome for each channel.' }),
  })
  .openapi('OkReply');

const errorReply: z.ZodType<ErrorReply> = z
  .object({
    id: id.nullable(),
    type: z.literal('error'),
    code: problemCode,
    detail: z.string(),
    retryable: z.boolean(),
    fix: z.string().optional(),
    attempt: z.string().optional().openapi({ description: 'Of a refused `auth`: to look it up by.' }),
    checked: z.array(checkedStage).optional(),
  })
  .openapi('ErrorReply');

export const replySchema: z.ZodType<Reply> = z.union([okReply, errorReply]).openapi('Reply');
export const subscribeOutcomes = z.record(z.string(), subscribeOutcome);

export const serverFrameSchemas = {
  ok: okReply,
  error: errorReply,
  welcome: z.object({
    type: z.literal('welcome'),
    session: z.string(),
    user: z.string(),
    simulated: z.literal(true).optional(),
    node: z.string(),
    build: z.string(),
    heartbeatMs: z.int(),
  }),
  event: eventFrame,
  snapshot: z.object({
    type: z.literal('snapshot'),
    channel: channelName,
    epoch: z.string(),
    offset: z.int(),
    state: z.unknown(),
  }),
  heartbeat: z.object({
    type: z.literal('heartbeat'),
    at: timestamp,
    heads: z.record(z.string(), positionText).openapi({ description: 'Read from the log.' }),
  }),
  expiring: z.object({ type: z.literal('expiring'), expiresAt: timestamp }),
  refusal: z.object({
    type: z.literal('refusal'),
    docs: z.string().openapi({ format: 'uri' }),
    title: z.string(),
    status: z.int(),
    code: problemCode,
    detail: z.string(),
    fix: z.string(),
    attempt: z.string(),
    retryable: z.boolean(),
    retryAfterMs: z.number().optional(),
    checked: z.array(checkedStage),
  }),
  disconnect: z.object({
    type: z.literal('disconnect'),
    code: z.enum(DISCONNECT_CODES),
    reason: z.string(),
    retryAfterMs: z.number().optional(),
  }),
} as const satisfies { [Type in ServerFrame['type']]: z.ZodType<Extract<ServerFrame, { type: Type }>> };
