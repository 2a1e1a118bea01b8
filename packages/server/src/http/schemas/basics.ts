/** Pieces that many schemas share. Types come from `@greenlight/protocol`; the annotations make the compiler compare. */
import { isChannelName } from '@greenlight/protocol/channel';
import { ROLES, type Role } from '@greenlight/protocol/role';
import { z } from '@hono/zod-openapi';

export const role: z.ZodType<Role> = z.enum(ROLES).openapi('Role');

export const timestamp = z
  .string()
  .openapi({ format: 'date-time', description: 'RFC 3339, UTC.', example: '2026-11-22T09:30:00.000Z' });

export const positionText = z.string().openapi({
  description: '`epoch:offset`: the last event already had. Offset 0 means none.',
  example: 'k3v9x0ab:42',
});

export const channelName = z
  .string()
  .refine(isChannelName, {
    error: 'must be a channel name: 1 to 200 characters of A-Z a-z 0-9 _ . : - (and the leading $SYS:)',
  })
  .openapi({ example: 'orders', description: '1 to 200 characters of `A-Z a-z 0-9 _ . : -`.' });

export const pathId = (example: string) =>
  z.object({
    id: z
      .string()
      .min(1)
      .openapi({ param: { name: 'id', in: 'path' }, example }),
  });

export const idempotencyKey = z.object({
  'idempotency-key': z.string().min(1).max(200).optional().openapi({
    description:
      'A repeat with the same key within 24 hours changes nothing and gets the first answer; with another body it is `idempotency_key_reused`.',
  }),
});

/** `?limit=`: a whole number from 1 to `max`. */
export const pageLimit = (byDefault: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from 1 to ${max}` })
    .int({ error: `must be a whole number from 1 to ${max}` })
    .min(1, { error: `must be at least 1` })
    .max(max, { error: `must be at most ${max}` })
    .default(byDefault)
    .openapi({ type: 'integer', description: `At most ${max}.` });

/** A list answer. `next` is there when there is more: pass it as `after` or `before`. */
export const pageOf = <T>(item: z.ZodType<T>): z.ZodType<PageOf<T>> =>
  z.object({ items: z.array(item), next: z.string().optional() });
export type PageOf<T> = { readonly items: readonly T[]; readonly next?: string };
