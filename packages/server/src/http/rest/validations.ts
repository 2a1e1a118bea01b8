/** What the validation of each document found. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { callerOf } from '../call.ts';
import { pageLimit, pageOf, pathId } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';
import { validation } from '../schemas/review.ts';
import { mayReadRun, visiblePage } from '../visible-page.ts';

const tags = ['Review'];

const list = createRoute({
  method: 'get',
  path: '/api/v1/validations',
  tags,
  summary: 'List validations',
  request: {
    query: z.object({
      workflow: z.string().optional().openapi({ description: 'Only those of this run.' }),
      after: z.string().optional().openapi({ description: '`next` of the page before.' }),
      limit: pageLimit(100, 1_000),
    }),
  },
  responses: {
    200: {
      description: 'Those that the caller may see.',
      content: { 'application/json': { schema: pageOf(validation) } },
    },
    default: problemResponse,
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/v1/validations/{id}',
  tags,
  summary: 'Look at a validation',
  request: { params: pathId('val_01k9x0abcdefghijklmn') },
  responses: {
    200: { description: 'With all its findings.', content: { 'application/json': { schema: validation } } },
    default: problemResponse,
  },
});

export function addValidationRoutes(api: Api, services: Services): void {
  const { review } = services;

  api.openapi(list, async (c) => {
    const { workflow, after, limit } = c.req.valid('query');
    const caller = callerOf(c);
    const page = await visiblePage(
      {
        read: (cursor, count) =>
          review.validations({
            limit: count,
            ...(cursor !== undefined && { after: cursor }),
            ...(workflow !== undefined && { workflow }),
          }),
        visible: (item) => mayReadRun(caller, item.workflow, services),
      },
      { limit, from: after },
    );
    return c.json(page, 200);
  });

  api.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const found = await review.validation(id);
    // What is private to somebody else is, to everybody else, not there.
    if (!found || !mayReadRun(callerOf(c), found.workflow, services))
      return c.env.fail({ code: 'not_found', detail: `There is no validation "${id}".` });
    return c.json(found, 200);
  });
}
