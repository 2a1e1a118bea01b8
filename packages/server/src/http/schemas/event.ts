import type { Event, EventInput } from '@greenlight/protocol/event';
import type { EventPush } from '@greenlight/protocol/frames';
import { z } from '@hono/zod-openapi';
import { channelName, timestamp } from './basics.ts';

/** CloudEvents 1.0, JSON format, section 3. */
export const event: z.ZodType<Event> = z
  .object({
    id: z.string(),
    type: z.string().openapi({ example: 'order.paid' }),
    source: z.string(),
    time: timestamp,
    specversion: z.literal('1.0'),
    subject: z.string().optional(),
    data: z.unknown().optional(),
    traceparent: z.string().optional(),
    simulated: z.literal(true).optional().openapi({ description: 'Present where nothing real happened.' }),
  })
  .openapi('Event', { description: 'A CloudEvents 1.0 event.' });

export const eventInput: z.ZodType<EventInput> = z
  .object({
    type: z.string().min(1).openapi({ example: 'order.paid' }),
    id: z.string().optional(),
    source: z.string().optional(),
    time: timestamp.optional(),
    subject: z.string().optional(),
    data: z
      .unknown()
      .optional()
      .openapi({ example: { order: 17 } }),
    traceparent: z.string().optional(),
    simulated: z.literal(true).optional(),
  })
  .openapi('EventInput', { description: 'What a publisher sends. Only `type` is required.' });

export const eventFrame: z.ZodType<EventPush> = z
  .object({
    type: z.literal('event'),
    channel: channelName,
    epoch: z.string(),
    offset: z.int().openapi({ description: 'The first event of a channel has offset 1.' }),
    event,
  })
  .openapi('EventFrame');
