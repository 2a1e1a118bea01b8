/** Recommendations: look at them and decide, one by one or many at once. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Identity } from '@greenlight/handshake/identity';
import { simulatedMark } from '@greenlight/protocol/event';
import type { Recommendation } from '@greenlight/protocol/review';
import type { ReviewAction, ReviewResult } from '@greenlight/runs/review';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { pageLimit, pageOf, pathId } from '../schemas/basics.ts';
import { problemCode, problemResponse } from '../schemas/problem.ts';
import { recommendation, recommendationState } from '../schemas/review.ts';
import { mayReadRun, visiblePage } from '../visible-page.ts';

const tags = ['Review'];
const recommendationId = pathId('rec_01k9x0abcdefghijklmn');
const BULK_MAX = 1_000;

const ACTIONS = {
  approve: 'Approve',
  reject: 'Reject',
  apply: 'Write to the file, if it still has the content that was reviewed',
  undo: 'Restore the file as it was before the recommendation was applied',
} as const satisfies Record<ReviewAction, string>;

type BulkOutcome =
  | { readonly id: string; readonly ok: true; readonly recommendation: Recommendation }
  | { readonly id: string; readonly ok: false; readonly code: string; readonly detail: string };

const bulkOutcome: z.ZodType<BulkOutcome> = z
  .union([
    z.object({ id: z.string(), ok: z.literal(true), recommendation }),
    z.object({ id: z.string(), ok: z.literal(false), code: problemCode, detail: z.string() }),
  ])
  .openapi('BulkOutcome');

const version = z.int().min(0).openapi({
  description: 'The `version` that the reviewer saw; if it has moved on, the answer is `state_conflict`.',
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/recommendations',
  tags,
  summary: 'List recommendations',
  request: {
    query: z.object({
      workflow: z.string().optional().openapi({ description: 'Only those of this run.' }),
      state: recommendationState.optional(),
      after: z.string().optional().openapi({ description: '`next` of the page before.' }),
      limit: pageLimit(100, 1_000),
    }),
  },
  responses: {
    200: {
      description: 'Those that the caller may see.',
      content: { 'application/json': { schema: pageOf(recommendation) } },
    },
    default: problemResponse,
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/v1/recommendations/{id}',
  tags,
  summary: 'Look at a recommendation',
  request: { params: recommendationId },
  responses: {
    200: { description: 'With its patch.', content: { 'application/json': { schema: recommendation } } },
    default: problemResponse,
  },
});

export function addRecommendationRoutes(api: Api, services: Services): void {
  const { review } = services;

  async function visible(id: string, caller: Identity): Promise<ReviewResult> {
    const found = await review.recommendation(id);
    // What is private to somebody else is, to everybody else, not there.
    if (found && mayReadRun(caller, found.workflow, services)) return { ok: true, recommendation: found };
    return { ok: false, code: 'not_found', detail: `There is no recommendation "${id}".` };
  }

  async function decide(
    id: string,
    action: ReviewAction,
    by: { caller: Identity; version?: number | undefined },
  ) {
    const seen = await visible(id, by.caller);
    if (!seen.ok) return seen;
    const { caller, version } = by;
    const reviewer = { user: caller.user, ...simulatedMark(caller) };
    return review.decide(id, action, version === undefined ? reviewer : { ...reviewer, version });
  }

  api.openapi(list, async (c) => {
    const { workflow, state, after, limit } = c.req.valid('query');
    const caller = callerOf(c);
    const page = await visiblePage(
      {
        read: (cursor, count) =>
          review.recommendations({
            limit: count,
            ...(cursor !== undefined && { after: cursor }),
            ...(workflow !== undefined && { workflow }),
            ...(state && { state }),
          }),
        visible: (item) => mayReadRun(caller, item.workflow, services),
      },
      { limit, from: after },
    );
    return c.json(page, 200);
  });

  api.openapi(get, async (c) => {
    const found = await visible(c.req.valid('param').id, callerOf(c));
    return found.ok ? c.json(found.recommendation, 200) : c.env.fail(found);
  });

  for (const [action, summary] of Object.entries(ACTIONS) as [ReviewAction, string][]) {
    const many = createRoute({
      method: 'post',
      path: `/api/v1/recommendations/${action}`,
      tags,
      summary: `${summary}: many at once`,
      description: 'Each has an outcome of its own; one that fails does not hold up the others.',
      request: {
        body: {
          required: true,
          content: {
            'application/json': {
              schema: z.object({
                ids: z.array(z.string()).min(1).max(BULK_MAX),
                versions: z.record(z.string(), version).optional().openapi({ description: 'By id.' }),
              }),
            },
          },
        },
      },
      responses: {
        200: {
          description: 'In the order of `ids`.',
          content: { 'application/json': { schema: z.object({ items: z.array(bulkOutcome) }) } },
        },
        default: problemResponse,
      },
    });
    api.openapi(many, async (c) => {
      const { ids, versions } = c.req.valid('json');
      const caller = callerOf(c);
      const items: BulkOutcome[] = [];
      // One after the other: two of them may change the same file.
      for (const id of new Set(ids))
        items.push({ id, ...(await decide(id, action, { caller, version: versions?.[id] })) });
      return c.json({ items }, 200);
    });

    const one = createRoute({
      method: 'post',
      path: `/api/v1/recommendations/{id}/${action}`,
      tags,
      summary,
      request: {
        params: recommendationId,
        body: { content: { 'application/json': { schema: z.object({ version: version.optional() }) } } },
      },
      responses: {
        200: {
          description: 'The recommendation now.',
          content: { 'application/json': { schema: recommendation } },
        },
        default: problemResponse,
      },
    });
    api.openapi(one, async (c) => {
      const { version } = c.req.valid('json');
      const result = await decide(c.req.valid('param').id, action, { caller: callerOf(c), version });
      return result.ok ? c.json(result.recommendation, 200) : c.env.fail(result);
    });
  }
}
