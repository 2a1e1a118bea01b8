/** Channels: publish to one, read its log, and list them for operators. */
import { createRoute, z } from '@hono/zod-openapi';
import { eventInputsFrom } from '@greenlight/protocol/decode';
import type { Durability } from '@greenlight/protocol/event';
import { formatPosition } from '@greenlight/protocol/position';
import { readDenial } from '../../access.ts';
import { publish } from '../../publish.ts';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { channelName, idempotencyKey, pageOf, positionText } from '../schemas/basics.ts';
import { eventInput } from '../schemas/event.ts';
import { problemResponse } from '../schemas/problem.ts';
import { history, historyQuery, readHistory } from './read-history.ts';

type Published = {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  readonly position: string;
  readonly durability: Durability;
  readonly duplicate: boolean;
};
type ChannelState = {
  readonly channel: string;
  readonly epoch: string;
  readonly head: number;
  readonly earliest: number;
  readonly durability: Durability;
  readonly bytes: number;
  readonly listeners: number;
};

const durability = z.enum(['disk', 'memory']).openapi({
  description: '`disk`: survives a killed process and a power cut. `memory`: kept in a bounded ring.',
});

const published: z.ZodType<Published> = z
  .object({
    channel: channelName,
    epoch: z.string(),
    offset: z.int().openapi({ description: 'Of the last event of this request.' }),
    position: positionText,
    durability,
    duplicate: z.boolean().openapi({ description: 'True for a repeat: nothing was written now.' }),
  })
  .openapi('Published');

const channelState: z.ZodType<ChannelState> = z
  .object({
    channel: channelName,
    epoch: z.string(),
    head: z.int(),
    earliest: z.int(),
    durability,
    bytes: z.int(),
    listeners: z.int().openapi({ description: 'Subscriptions on this node.' }),
  })
  .openapi('ChannelState');

const inPath = z.object({ channel: channelName.openapi({ param: { name: 'channel', in: 'path' } }) });

const publishEvents = createRoute({
  method: 'post',
  path: '/api/v1/channels/{channel}/publications',
  tags: ['Channels'],
  summary: 'Publish events',
  description:
    'One event or an array, which is appended as a whole or not at all. Answers when the level of durability named in the answer is reached.',
  request: {
    params: inPath,
    headers: idempotencyKey,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.unknown().openapi({
            oneOf: [
              { $ref: '#/components/schemas/EventInput' },
              { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/EventInput' } },
            ],
          }),
        },
      },
    },
  },
  responses: {
    200: { description: 'Appended.', content: { 'application/json': { schema: published } } },
    default: problemResponse,
  },
});

const readChannel = createRoute({
  method: 'get',
  path: '/api/v1/channels/{channel}/history',
  tags: ['Channels'],
  summary: "Read a channel's log",
  request: { params: inPath, query: historyQuery },
  responses: {
    200: { description: 'Events as frames, in order.', content: { 'application/json': { schema: history } } },
    default: problemResponse,
  },
});

const listChannels = createRoute({
  method: 'get',
  path: '/api/v1/channels',
  tags: ['Operations'],
  summary: 'List the channels',
  description: 'For operators.',
  responses: {
    200: {
      description: 'All channels that have events.',
      content: { 'application/json': { schema: pageOf(channelState) } },
    },
    default: problemResponse,
  },
});

export function addChannelRoutes(api: Api, services: Services): void {
  const { log, hub, runs } = services;
  api.openAPIRegistry.register('EventInput', eventInput);

  api.openapi(publishEvents, async (c) => {
    const { channel } = c.req.valid('param');
    const body = c.req.valid('json');
    const inputs = eventInputsFrom(Array.isArray(body) ? body : [body]);
    if (!inputs.ok) return c.env.fail(inputs);
    const key = c.req.valid('header')['idempotency-key'];
    const result = await publish(services, callerOf(c), {
      channel,
      events: inputs.value,
      ...(key !== undefined && { idempotencyKey: key }),
    });
    if (!result.ok) return c.env.fail(result);
    const { epoch, offset, durability, duplicate } = result;
    return c.json(
      { channel, epoch, offset, position: formatPosition({ epoch, offset }), durability, duplicate },
      200,
    );
  });

  api.openapi(readChannel, async (c) =>
    c.json(await readHistory(log, c.req.valid('param').channel, c.req.valid('query')), 200),
  );

  api.openapi(listChannels, async (c) => {
    const caller = callerOf(c);
    const items = (await log.channels())
      .filter(({ channel }) => readDenial(caller, channel, (id) => runs.privateOwner(id)) === null)
      .map((info) => ({ ...info, listeners: hub.subscribers(info.channel) }));
    return c.json({ items }, 200);
  });
}
