/** What must hold of every refusal that anybody saw: the observers, the lookup and the operator tell one story. */
import { closeCodeOf } from '@greenlight/handshake/problem';
import { REFUSALS } from '@greenlight/handshake/refusals';
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import type { RefusalCode, Stage } from '@greenlight/protocol/codes';
import type { RefusalPush } from '@greenlight/protocol/frames';
import type { Problem } from '@greenlight/protocol/problem';
import type { PublicVerdict } from '@greenlight/server/attempts';
import { expect } from 'vitest';
import type { Addressed } from './addressed.ts';
import { OPERATOR_ADDRESS } from './bench.ts';
import type { Sight } from './sight.ts';

/** A browser is told by frame only after these: before, it is not known that a page of this server's asks. */
export const BEFORE_EXPLAINING: readonly (Stage | null)[] = ['request', 'host', 'origin', 'subprotocol'];

/** The lookup of `GET /api/v1/handshakes/{attempt}`. */
export async function lookUp({ node }: Addressed, attempt: string): Promise<PublicVerdict> {
  const { status, text, body } = await node.call('GET', `/api/v1/handshakes/${attempt}`);
  expect(status, text).toBe(200);
  return body as PublicVerdict;
}

/** What `GET /api/v1/handshakes` shows the operator: the named attempt, or without a name the newest with the code. */
export async function traceOf(
  { node, on }: Addressed,
  code: RefusalCode,
  attempt?: string,
): Promise<AttemptTrace> {
  const traces = on === 'broken' ? node.services.attempts.list({ code }) : await listed();
  const trace = attempt === undefined ? traces[0] : traces.find((kept) => kept.attempt === attempt);
  if (!trace) throw new Error(`The operator finds no attempt ${attempt ?? ''} with ${code}.`);
  return trace;

  async function listed(): Promise<readonly AttemptTrace[]> {
    const answer = await node.call('GET', `/api/v1/handshakes?code=${code}&limit=1000`, {
      key: await node.key('operator'),
      headers: { 'x-forwarded-for': OPERATOR_ADDRESS },
    });
    expect(answer.status, answer.text).toBe(200);
    return (answer.body as { items: AttemptTrace[] }).items;
  }
}

/** For observers that see everything: the raw socket and the Node client. */
export async function expectAgreement(
  request: Addressed,
  code: RefusalCode,
  sight: Sight,
): Promise<AttemptTrace> {
  const told = sight.problem ?? sight.refusal;
  if (!told) throw new Error(`Nobody said why: ${JSON.stringify(sight)}`);
  const info = REFUSALS[code];
  const { attempt, detail, fix, checked } = told;
  expect(told).toMatchObject({ code, status: info.status, title: info.title, retryable: info.retryable });
  expect(detail).not.toBe('');
  expect(fix).not.toBe('');
  expect(sight.headers.get('greenlight-attempt')).toBe(attempt);
  // Headers that could not be read named no attempt.
  if (code !== 'header_too_large') expect(attempt).toBe(sight.attempt);

  const trace = await traceOf(request, code, attempt);
  const transport = code === 'header_too_large' ? 'rest' : request.transport;
  expect(trace).toMatchObject({ attempt, code, transport, outcome: 'refused', address: '127.0.0.1' });
  expect(trace.checked).toEqual(checked);
  const failed = checked.filter(({ outcome }) => outcome === 'failed');
  expect(failed.map(({ stage }) => stage)).toEqual([trace.stage]);
  expect(await lookUp(request, attempt)).toMatchObject({
    outcome: 'refused',
    at: trace.at,
    ...asProblem(told),
  });

  if (sight.refusal) {
    expect(BEFORE_EXPLAINING).not.toContain(trace.stage);
    expect(sight.status).toBe(101);
    expect(sight.refusal.docs).toMatch(new RegExp(`/docs/codes/${code}$`));
    expect(sight.close).toEqual({ code: closeCodeOf(info.status), reason: `${code} ${attempt}` });
  } else {
    expect(sight.status).toBe(info.status);
    expect(sight.headers.get('content-type')).toBe('application/problem+json');
    expectHeadersOf(info.status, sight);
  }
  return trace;
}

/** The frame has a `type` of its own and calls the problem's `docs`. */
function asProblem(told: Problem | RefusalPush): object {
  if (!('docs' in told)) return told;
  const { docs, ...problem } = told;
  return { ...problem, type: docs };
}

const REQUIRED: Readonly<Record<number, readonly [string, RegExp]>> = {
  401: ['www-authenticate', /^Bearer realm="Greenlight"/],
  405: ['allow', /^[A-Z, ]+$/],
  426: ['upgrade', /^websocket$/],
  429: ['retry-after', /^[1-9]\d*$/],
  503: ['retry-after', /^[1-9]\d*$/],
};

function expectHeadersOf(status: number, { headers }: Sight): void {
  const [name, shape] = REQUIRED[status] ?? [];
  if (name !== undefined && shape) expect(headers.get(name), name).toMatch(shape);
}
