/** A whole node for tests of the HTTP surface: with runs that execute, review in memory, and a client. */
import type { Recommendation, Validation } from '@greenlight/protocol/review';
import { createRuns } from '@greenlight/runs/create-runs';
import type { Workflow } from '@greenlight/runs/workflow';
import { type OpenNode, openNode, type OpenNodeOptions } from '../../testing/open-node.ts';
import { reviewInMemory } from '../../testing/review-in-memory.ts';

export { PAGE } from '../../testing/open-node.ts';

export type NodeOptions = Omit<OpenNodeOptions, 'runs' | 'review' | 'reports'> & {
  readonly validations?: readonly Validation[];
  readonly recommendations?: readonly Recommendation[];
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came and fails if it is not there
  readonly body: any;
};

export type TestNode = OpenNode & {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
};

export type CallOptions = {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Done at once; with `{hold: true}` only when it is cancelled. */
const testWorkflow: Workflow<{ hold: boolean }> = {
  kind: 'test',
  unit: 'pieces',
  parse: (input) =>
    typeof input === 'object' && input !== null
      ? { ok: true, input: { hold: 'hold' in input && input.hold === true }, title: 'A test run' }
      : { ok: false, detail: 'The input of a test run is an object.' },
  async execute(context, { hold }) {
    await context.step('only', 'The only step', async (step) => {
      step.progress({ completed: 1, total: 1 });
      if (hold) await cancelled(context.signal);
      return null;
    });
    return { done: true };
  },
};

const cancelled = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

export async function startNode({
  validations = [],
  recommendations = [],
  ...options
}: NodeOptions = {}): Promise<TestNode> {
  const { clock = Date.now } = options;
  const node = await openNode({
    ...options,
    runs: (log) => createRuns({ log, clock, random: Math.random, node: 'n_test', workflows: [testWorkflow] }),
    review: reviewInMemory(validations, recommendations),
    reports: async (workflow, format) =>
      format === 'sarif'
        ? { ok: false, code: 'state_conflict', detail: 'The run is not over yet.' }
        : { ok: true, text: format === 'json' ? JSON.stringify({ workflow }) : `# ${workflow}\n` },
  });
  return {
    ...node,
    async call(method, path, { key, body, headers } = {}) {
      const response = await fetch(`${node.url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && text !== '' ? JSON.parse(text) : null,
      };
    },
  };
}

/** The members that RFC 9457 and PROTOCOL.md ask of every problem. */
export function isProblem({ status, headers, body }: Answer): boolean {
  return (
    headers.get('content-type') === 'application/problem+json' &&
    body.status === status &&
    body.type.endsWith(`/docs/codes/${body.code}`) &&
    [body.title, body.detail, body.fix].every((text) => typeof text === 'string' && text.length > 0) &&
    typeof body.retryable === 'boolean' &&
    Array.isArray(body.checked) &&
    headers.get('greenlight-attempt') === body.attempt
  );
}
