/** The self-probe's report as it is answered. */
import { z } from '@hono/zod-openapi';
import {
  PROBE_CALLS,
  PROBE_CAUSES,
  PROBE_PLACES,
  type ProbeFinding,
  type SelfProbeTransport,
} from '../self-probe-report.ts';

export const probedTransport: z.ZodType<SelfProbeTransport> = z.object({
  transport: z.enum(['websocket', 'sse', 'long-poll', 'rest']),
  place: z.enum(PROBE_PLACES).openapi({ description: '`public`: through the public URL.' }),
  url: z.string(),
  expected: z.string(),
  seen: z.string(),
  ok: z.boolean(),
  ms: z.number(),
  detail: z.string().optional(),
  calls: z.array(
    z.object({
      call: z.enum(PROBE_CALLS),
      expected: z.string(),
      seen: z.string(),
      ok: z.boolean(),
      attempt: z.string(),
    }),
  ),
});

export const probeFinding: z.ZodType<ProbeFinding> = z.object({
  cause: z.enum(PROBE_CAUSES),
  detail: z.string(),
  fix: z.string(),
});
