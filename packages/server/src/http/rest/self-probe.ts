/** The self-probe, repeated when an operator asks. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Api } from '../call.ts';
import { timestamp } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';
import { probedTransport, probeFinding } from '../schemas/self-probe.ts';
import type { SelfProbe, SelfProbeReport } from '../self-probe-report.ts';

const report: z.ZodType<SelfProbeReport> = z
  .object({
    at: timestamp,
    transports: z.array(probedTransport),
    findings: z.array(probeFinding),
    complete: z.boolean(),
  })
  .openapi('SelfProbeReport');

const repeat = createRoute({
  method: 'post',
  path: '/api/v1/self-probe',
  tags: ['Operations'],
  summary: 'Probe again, through real sockets',
  description:
    'For operators. Calls this server on every transport, with credentials good and bad, at its listener and at its public URL, and answers what came back. Whether something cuts idle connections shows later: ask `/health/realtime` until `complete` is true.',
  responses: {
    200: { description: 'What it saw.', content: { 'application/json': { schema: report } } },
    default: problemResponse,
  },
});

export function addSelfProbeRoute(api: Api, selfProbe: SelfProbe): void {
  api.openapi(repeat, async (c) => c.json(await selfProbe.repeat(), 200));
}
