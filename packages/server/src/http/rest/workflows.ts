/** Runs: start them, steer them, look at them. */
import { createRoute, z } from '@hono/zod-openapi';
import { workflowChannel } from '@greenlight/protocol/channel';
import { simulatedMark } from '@greenlight/protocol/event';
import { formatPosition } from '@greenlight/protocol/position';
import { CONTROL_ACTIONS, type RunSnapshot } from '@greenlight/protocol/run';
import type { Services } from '../../services.ts';
import type { Api, Failed } from '../call.ts';
import { callerOf } from '../call.ts';
import type { RequestFailure } from '../fail.ts';
import { REPORT_FORMATS, REPORT_MEDIA_TYPES, type Reports } from '../reports.ts';
import { pageLimit, pageOf, pathId, positionText } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';
import { runSnapshot, runState } from '../schemas/run.ts';
import { mayReadRun, visiblePage } from '../visible-page.ts';
import { history, historyQuery, readHistory } from './read-history.ts';

/** A run and where in its channel that was, so that a reader can go on from there. */
export type PositionedRun = RunSnapshot & { readonly position: string };

const positionedRun: z.ZodType<PositionedRun> = z
  .intersection(runSnapshot, z.object({ position: positionText }))
  .openapi('PositionedRun');

const runId = pathId('wf_01k9x0abcdefghijklmn');
const aRun = { content: { 'application/json': { schema: runSnapshot } } };
const tags = ['Workflows'];

const start = createRoute({
  method: 'post',
  path: '/api/v1/workflows',
  tags,
  summary: 'Start a run',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            kind: z.string().min(1).openapi({ example: 'validation' }),
            input: z.unknown().openapi({ example: { paths: ['docs'], profile: 'default' } }),
            title: z.string().min(1).max(200).optional(),
            private: z
              .boolean()
              .default(false)
              .openapi({ description: 'Only its owner sees it; nothing of it goes to the common channels.' }),
          }),
        },
      },
    },
  },
  responses: { 201: { description: 'Created; `Location` names it.', ...aRun }, default: problemResponse },
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/workflows',
  tags,
  summary: 'List runs, newest first',
  request: {
    query: z.object({
      state: runState.optional(),
      kind: z.string().optional(),
      owner: z.string().optional(),
      before: z.string().optional().openapi({ description: '`next` of the page before.' }),
      limit: pageLimit(50, 500),
    }),
  },
  responses: {
    200: {
      description: 'Those that the caller may see.',
      content: { 'application/json': { schema: pageOf(runSnapshot) } },
    },
    default: problemResponse,
  },
});

const get = createRoute({
  method: 'get',
  path: '/api/v1/workflows/{id}',
  tags,
  summary: 'Look at a run',
  description: '`position` is the place in its channel at which it looked like this.',
  request: { params: runId },
  responses: {
    200: { description: 'The run.', content: { 'application/json': { schema: positionedRun } } },
    default: problemResponse,
  },
});

const events = createRoute({
  method: 'get',
  path: '/api/v1/workflows/{id}/events',
  tags,
  summary: "Read a run's events",
  request: { params: runId, query: historyQuery },
  responses: {
    200: { description: 'Event frames, in order.', content: { 'application/json': { schema: history } } },
    default: problemResponse,
  },
});

const report = createRoute({
  method: 'get',
  path: '/api/v1/workflows/{id}/report',
  tags,
  summary: "A run's findings as one document",
  request: { params: runId, query: z.object({ format: z.enum(REPORT_FORMATS).default('json') }) },
  responses: {
    200: {
      description: 'JSON, Markdown or SARIF 2.1.0.',
      content: {
        'application/json': { schema: z.unknown() },
        'text/markdown': { schema: z.string() },
        'application/sarif+json': { schema: z.unknown() },
      },
    },
    default: problemResponse,
  },
});

export function addWorkflowRoutes(api: Api, services: Services, reports: Reports | undefined): void {
  const { runs, log } = services;

  api.openapi(start, async (c) => {
    const { kind, input, title, private: hidden } = c.req.valid('json');
    const caller = callerOf(c);
    const started = await runs.start({
      kind,
      input: input ?? {},
      owner: caller.user,
      ...simulatedMark(caller),
      private: hidden,
      ...(title !== undefined && { title }),
    });
    if (!started.ok) return c.env.fail(started);
    return c.json(started.run, 201, { location: `/api/v1/workflows/${started.run.id}` });
  });

  api.openapi(list, async (c) => {
    const { before, limit, state, kind, owner } = c.req.valid('query');
    const caller = callerOf(c);
    const page = await visiblePage(
      {
        read: (cursor, count) =>
          runs.list({
            limit: count,
            ...(cursor !== undefined && { before: cursor }),
            ...(state && { state }),
            ...(kind !== undefined && { kind }),
            ...(owner !== undefined && { owner }),
          }),
        visible: ({ id }) => mayReadRun(caller, id, services),
      },
      { limit, from: before },
    );
    return c.json(page, 200);
  });

  api.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const found = await runs.get(id);
    if (!found) return c.env.fail(noSuchRun(id));
    const { epoch } = await log.head(workflowChannel(id));
    return c.json({ ...found.run, position: formatPosition({ epoch, offset: found.offset }) }, 200);
  });

  api.openapi(events, async (c) => {
    const { id } = c.req.valid('param');
    if (!(await runs.get(id))) return c.env.fail(noSuchRun(id));
    return c.json(await readHistory(log, workflowChannel(id), c.req.valid('query')), 200);
  });

  api.openapi(report, async (c): Promise<Response | Failed> => {
    const { id } = c.req.valid('param');
    const { format } = c.req.valid('query');
    if (!reports || !(await runs.get(id))) return c.env.fail(noSuchRun(id));
    const made = await reports(id, format);
    if (!made.ok) return c.env.fail(made);
    return c.body(made.text, 200, {
      'content-type': REPORT_MEDIA_TYPES[format],
      'content-disposition': `inline; filename="${id}.${format}"`,
    });
  });

  for (const action of CONTROL_ACTIONS) {
    const control = createRoute({
      method: 'post',
      path: `/api/v1/workflows/{id}/${action}`,
      tags,
      summary: { pause: 'Pause a run', resume: 'Resume a run', cancel: 'Cancel a run' }[action],
      request: { params: runId },
      responses: { 200: { description: 'The run after the transition.', ...aRun }, default: problemResponse },
    });
    api.openapi(control, async (c) => {
      const result = await runs.control(c.req.valid('param').id, action, callerOf(c));
      return result.ok ? c.json(result.run, 200) : c.env.fail(result);
    });
  }
}

const noSuchRun = (id: string): RequestFailure => ({ code: 'not_found', detail: `There is no run "${id}".` });
