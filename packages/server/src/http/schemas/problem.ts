import { REFUSAL_CODES, REQUEST_ERROR_CODES, STAGES } from '@greenlight/protocol/codes';
import type { CheckedStage, ProblemCode, RefusedCode, Stage } from '@greenlight/protocol/codes';
import type { Problem } from '@greenlight/protocol/problem';
import { z } from '@hono/zod-openapi';

export const refusalCode: z.ZodType<RefusedCode> = z
  .enum([...REFUSAL_CODES, 'credential_invalid'])
  .openapi('RefusalCode', { description: 'Why somebody was not let in.' });

export const stage: z.ZodType<Stage> = z
  .enum(STAGES)
  .openapi('Stage', { description: 'The ladder, in this order; the first stage that fails decides.' });

export const problemCode: z.ZodType<ProblemCode> = z
  .enum([...REFUSAL_CODES, ...REQUEST_ERROR_CODES])
  .openapi('ProblemCode', { description: 'Each code has a page: `/docs/codes/<code>`.' });

export const checkedStage: z.ZodType<CheckedStage> = z
  .object({ stage, outcome: z.enum(['passed', 'failed', 'not_reached']) })
  .openapi('CheckedStage');

/** RFC 9457 section 3. */
export const problem: z.ZodType<Problem> = z
  .object({
    type: z.string().openapi({ format: 'uri', description: 'The docs page of `code`.' }),
    title: z.string(),
    status: z.int().openapi({ example: 401 }),
    code: problemCode,
    detail: z.string().openapi({ description: 'What happened to this request, in one sentence.' }),
    fix: z.string().openapi({ description: 'What to do about it, in one sentence.' }),
    attempt: z.string().openapi({ description: 'Look it up with `GET /api/v1/handshakes/{attempt}`.' }),
    retryable: z
      .boolean()
      .openapi({ description: 'True if the same request, unchanged, may succeed later.' }),
    retryAfterMs: z.number().optional(),
    checked: z.array(checkedStage),
  })
  .openapi('Problem', {
    description: 'RFC 9457 problem details, with the media type `application/problem+json`.',
  });

/** Every operation may answer so. */
export const problemResponse = {
  description: 'Refused, or could not be done: why, and what to do.',
  content: { 'application/problem+json': { schema: problem } },
} as const;
