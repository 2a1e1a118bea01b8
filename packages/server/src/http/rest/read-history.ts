/** A page of a channel's log, as `…/history` and `…/workflows/{id}/events` answer it. */
import { z } from '@hono/zod-openapi';
import type { Log } from '@greenlight/log/log';
import type { Event } from '@greenlight/protocol/event';
import type { EventPush, ResetReason } from '@greenlight/protocol/frames';
import { formatPosition, parseSince, type Since } from '@greenlight/protocol/position';
import { channelName, pageLimit, positionText } from '../schemas/basics.ts';
import { eventFrame } from '../schemas/event.ts';

export type History = {
  readonly channel: string;
  readonly epoch: string;
  readonly head: number;
  readonly earliest: number;
  /** `since` could not be honoured; the events begin with the earliest that is kept. */
  readonly reset?: ResetReason;
  readonly events: readonly EventPush[];
  /** There is more: the `since` of the next page. */
  readonly next?: string;
};

export const history: z.ZodType<History> = z
  .object({
    channel: channelName,
    epoch: z.string(),
    head: z.int().openapi({ description: 'Offset of the newest event; 0 if there never was one.' }),
    earliest: z
      .int()
      .openapi({ description: 'Offset of the oldest event that is kept; head + 1 if none is.' }),
    reset: z.enum(['epoch_changed', 'trimmed', 'ahead_of_log']).optional().openapi({
      description: '`since` could not be honoured: the events begin with the earliest that is kept.',
    }),
    events: z.array(eventFrame),
    next: positionText.optional().openapi({ description: 'There is more: the `since` of the next page.' }),
  })
  .openapi('History');

export const historyQuery = z.object({
  since: z
    .string()
    .default('earliest')
    .transform((text, context): Since => {
      const since = parseSince(text);
      if (since !== undefined) return since;
      context.addIssue({ code: 'custom', message: 'must be a position, "epoch:offset", or "earliest"' });
      return z.NEVER;
    })
    .openapi({ type: 'string', description: 'A position or `earliest`, which is also the default.' }),
  limit: pageLimit(500, 5_000),
});

export async function readHistory(
  log: Log,
  channel: string,
  { since, limit }: { since: Since; limit: number },
): Promise<History> {
  const wanted = since === null || since === 'earliest' ? null : since;
  let page = await log.read(channel, { after: wanted?.offset ?? 0, limit });
  let reset: ResetReason | undefined;
  if (wanted) {
    if (wanted.epoch !== page.epoch) reset = 'epoch_changed';
    else if (wanted.offset > page.head) reset = 'ahead_of_log';
    else if (wanted.offset + 1 < page.earliest) reset = 'trimmed';
    if (reset) page = await log.read(channel, { after: 0, limit });
  }
  const { epoch, head, earliest, entries } = page;
  const last = entries.at(-1)?.offset;
  return {
    channel,
    epoch,
    head,
    earliest,
    ...(reset && { reset }),
    events: entries.map(({ offset, json }) => ({
      type: 'event',
      channel,
      epoch,
      offset,
      event: JSON.parse(json) as Event,
    })),
    ...(last !== undefined && last < head && { next: formatPosition({ epoch, offset: last }) }),
  };
}
