/** What Prometheus scrapes. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { problemResponse } from '../schemas/problem.ts';

const scrape = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Operations'],
  summary: 'Metrics in the Prometheus text format',
  description:
    'Open in development; otherwise for operators, because the numbers tell who uses what and how much.',
  responses: {
    200: { description: 'Metrics.', content: { 'text/plain; version=0.0.4': { schema: z.string() } } },
    default: problemResponse,
  },
});

export function addMetricsRoute(api: Api, { metrics }: Services): void {
  api.openapi(scrape, async (c) =>
    c.text(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
}
