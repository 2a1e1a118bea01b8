import { RUN_STATES } from '@greenlight/protocol/run';
import type { RunDelta, RunProgress, RunSnapshot, RunState, StepSnapshot } from '@greenlight/protocol/run';
import { z } from '@hono/zod-openapi';
import { timestamp } from './basics.ts';

export const runState: z.ZodType<RunState> = z.enum(RUN_STATES).openapi('RunState');

export const stepSnapshot: z.ZodType<StepSnapshot> = z
  .object({
    id: z.string(),
    title: z.string(),
    state: z.enum(['waiting', 'running', 'completed', 'failed']),
    completed: z.int(),
    total: z.int().optional(),
    startedAt: timestamp.optional(),
    endedAt: timestamp.optional(),
    error: z.string().optional(),
  })
  .openapi('Step');

export const runProgress: z.ZodType<RunProgress> = z
  .object({
    completed: z.int(),
    total: z.int().optional(),
    unit: z.string().openapi({ example: 'files' }),
    message: z.string().optional(),
  })
  .openapi('RunProgress');

const counts = z
  .record(z.string(), z.number())
  .openapi({ description: 'Counts shown live, such as findings by severity.' });

export const runSnapshot: z.ZodType<RunSnapshot> = z
  .object({
    id: z.string().openapi({ example: 'wf_01k9x0abcdefghijklmn' }),
    kind: z.string().openapi({ example: 'validation' }),
    state: runState,
    transition: z.int().openapi({
      description: "Offset, in the run's channel, of the last change of state.",
    }),
    owner: z.string(),
    private: z.boolean(),
    title: z.string(),
    input: z.unknown(),
    createdAt: timestamp,
    startedAt: timestamp.optional(),
    endedAt: timestamp.optional(),
    reason: z.string().optional(),
    progress: runProgress,
    steps: z.array(stepSnapshot),
    counts,
    result: z.unknown().optional(),
    autoResumed: z.int(),
    simulated: z.literal(true).optional(),
  })
  .openapi('Run', { description: 'The whole of a run at one offset of its channel.' });

export const runDelta: z.ZodType<RunDelta> = z
  .object({
    state: runState.optional(),
    reason: z.string().optional(),
    startedAt: timestamp.optional(),
    endedAt: timestamp.optional(),
    progress: runProgress.optional(),
    step: stepSnapshot.optional(),
    counts: counts.optional(),
    result: z.unknown().optional(),
    autoResumed: z.int().optional(),
    simulated: z.literal(true).optional(),
    by: z.string().optional(),
  })
  .openapi('RunDelta', {
    description:
      'The parts of the run that changed; applied in order to an earlier snapshot they give the later one.',
  });
