/** Is this process alive, may it get traffic, and does real time really work? */
import { createRoute, z } from '@hono/zod-openapi';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { problemResponse } from '../schemas/problem.ts';
import { probedTransport, probeFinding } from '../schemas/self-probe.ts';
import type { SelfProbe, SelfProbeReport } from '../self-probe-report.ts';

export type HealthSources = {
  readonly selfProbe: SelfProbe;
  /** True from the signal to stop until the process ends. */
  readonly draining: () => boolean;
};

/** Which process answers, so that a stale one cannot go unnoticed. */
type Process = {
  readonly node: string;
  readonly version: string;
  readonly build: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly environment: 'development' | 'staging' | 'production';
};
type Live = Process & { readonly status: 'live' };
type Ready = Process & { readonly status: 'ready' | 'not_ready'; readonly reasons: readonly string[] };
type Realtime = Process & {
  readonly status: 'ok' | 'failing' | 'unknown';
  readonly at: string | null;
  readonly transports: SelfProbeReport['transports'];
  readonly findings: SelfProbeReport['findings'];
  readonly complete: boolean;
};

const processFields = z.object({
  node: z.string(),
  version: z.string(),
  build: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  environment: z.enum(['development', 'staging', 'production']),
});
const live: z.ZodType<Live> = processFields.extend({ status: z.literal('live') });
const ready: z.ZodType<Ready> = processFields.extend({
  status: z.enum(['ready', 'not_ready']),
  reasons: z.array(z.string()),
});
const realtime: z.ZodType<Realtime> = processFields.extend({
  status: z.enum(['ok', 'failing', 'unknown']),
  at: z
    .string()
    .nullable()
    .openapi({ description: 'When the self-probe last ended; null before its first.' }),
  transports: z.array(probedTransport),
  findings: z
    .array(probeFinding)
    .openapi({ description: 'What stands in front of the public URL and changes what passes through it.' }),
  complete: z.boolean().openapi({
    description: 'False while connections are held open to see whether something cuts them.',
  }),
});

const NOT_PROBED = { at: null, transports: [], findings: [], complete: false } as const;

const tags = ['Health'];

const liveRoute = createRoute({
  method: 'get',
  path: '/health/live',
  tags,
  security: [],
  summary: 'Is the process alive?',
  responses: {
    200: { description: 'It answers.', content: { 'application/json': { schema: live } } },
    default: problemResponse,
  },
});
const readyRoute = createRoute({
  method: 'get',
  path: '/health/ready',
  tags,
  security: [],
  summary: 'May it get traffic?',
  description: 'Reads the log to find out.',
  responses: {
    200: { description: 'Yes.', content: { 'application/json': { schema: ready } } },
    503: { description: 'No: `reasons` say why.', content: { 'application/json': { schema: ready } } },
    default: problemResponse,
  },
});
const realtimeRoute = createRoute({
  method: 'get',
  path: '/health/realtime',
  tags,
  security: [],
  summary: 'What did the self-probe last see, per transport, through real sockets?',
  responses: {
    200: { description: 'What it saw.', content: { 'application/json': { schema: realtime } } },
    503: { description: 'A transport failed.', content: { 'application/json': { schema: realtime } } },
    default: problemResponse,
  },
});

export function addHealthRoutes(api: Api, services: Services, { selfProbe, draining }: HealthSources): void {
  const { node, version, build, pid, startedAt, environment } = services.info;
  const process: Process = { node, version, build, pid, startedAt, environment };

  api.openapi(liveRoute, (c) => c.json({ status: 'live' as const, ...process }, 200));

  api.openapi(readyRoute, async (c) => {
    const reasons = [
      ...(draining() ? ['This node is shutting down; it takes no new connections.'] : []),
      ...(await logReasons(services)),
    ];
    return reasons.length === 0
      ? c.json({ status: 'ready' as const, reasons, ...process }, 200)
      : c.json({ status: 'not_ready' as const, reasons, ...process }, 503);
  });

  api.openapi(realtimeRoute, (c) => {
    const report = selfProbe.last();
    if (!report) return c.json({ status: 'unknown' as const, ...NOT_PROBED, ...process }, 200);
    const { transports, findings } = report;
    const works = transports.every(({ ok }) => ok);
    return works && findings.every(({ cause }) => cause !== 'another_process')
      ? c.json({ status: 'ok' as const, ...report, ...process }, 200)
      : c.json({ status: 'failing' as const, ...report, ...process }, 503);
  });
}

async function logReasons({ log, logger }: Pick<Services, 'log' | 'logger'>): Promise<string[]> {
  try {
    await log.head('system');
    return [];
  } catch (error) {
    logger.error({ error }, 'The readiness check could not read the log.');
    return ['The log cannot be read; the log lines of this process say why.'];
  }
}
