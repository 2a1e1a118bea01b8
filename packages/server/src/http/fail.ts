/** A request that was let in and cannot be done: its problem. What is a refusal after all leaves through `refuse`. */
import type { ServerResponse } from 'node:http';
import { hideCredentials } from '@greenlight/handshake/credential-shape';
import type { Identity } from '@greenlight/handshake/identity';
import { problemOf } from '@greenlight/handshake/problem';
import { REFUSALS } from '@greenlight/handshake/refusals';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import {
  type CheckedStage,
  type ProblemCode,
  type RefusedCode,
  type Stage,
  STAGES,
} from '@greenlight/protocol/codes';
import { simulatedMark } from '@greenlight/protocol/event';
import { problemHeaders } from '../problem-headers.ts';
import { type ExplainAt, writeProblem } from '../refuse.ts';
import type { Services } from '../services.ts';

export type RequestFailure = {
  readonly code: ProblemCode;
  /** One sentence about this request; the table's if absent. */
  readonly detail?: string;
  /** What to do in this case; the table's if absent. */
  readonly fix?: string;
  readonly retryAfterMs?: number;
  /** Extension members of the problem (RFC 9457 section 3.2). */
  readonly more?: Readonly<Record<string, unknown>>;
};

export type FailedRequest = {
  readonly request: HandshakeRequest;
  readonly response: ServerResponse;
  /** Who was let in, and the stages that were passed then. */
  readonly identity: Identity | null;
  readonly checked: readonly CheckedStage[];
  readonly explainAt?: ExplainAt;
};

type FailServices = Pick<Services, 'attempts' | 'refuse' | 'settings' | 'logger'>;

/** Tells whether it was a refusal, which was counted as one. */
export function failRequest(
  services: FailServices,
  { request, identity, checked, ...exit }: FailedRequest,
  failure: RequestFailure,
): 'refused' | 'failed' {
  const { code, more, ...facts } = failure;
  const stage = isRefusal(code) ? stageOf(code, identity) : null;
  if (isRefusal(code) && stage) {
    const { detail, retryAfterMs } = facts;
    services.refuse(
      request,
      {
        outcome: 'refused',
        stage,
        failure: {
          code,
          ...(detail !== undefined && { detail }),
          ...(retryAfterMs !== undefined && { retryAfterMs }),
          ...(identity?.simulated && { operator: { simulated: true } }),
        },
        checked: withFailed(checked, stage),
      },
      { kind: 'http', ...exit },
    );
    return 'refused';
  }
  const { attempt } = request;
  const problem = problemOf(code, { ...facts, checked }, { attempt, publicUrl: services.settings.publicUrl });
  services.logger.info(
    {
      attempt,
      transport: request.transport,
      path: hideCredentials(request.path),
      code,
      ...simulatedMark(identity),
    },
    `Could not do a request: ${hideCredentials(problem.detail)}`,
  );
  const at = new Date(request.receivedAt).toISOString();
  services.attempts.recordFailed({ at, problem, ...simulatedMark(identity) });
  const body = JSON.stringify({ ...problem, ...more });
  const headers = problemHeaders(problem, request, services.settings);
  writeProblem(exit, problem, { headers, body });
  return 'failed';
}

const isRefusal = (code: ProblemCode): code is RefusedCode =>
  code === 'credential_invalid' || Object.hasOwn(REFUSALS, code);

/** Where the ladder would have found what is not about the credential; null for what is no fault of the caller. */
const STAGES_OF: Readonly<Partial<Record<RefusedCode, Stage | null>>> = {
  internal_error: null,
  route_not_found: 'route',
  account_disabled: 'account',
  password_change_required: 'account',
  channel_forbidden: 'permission',
};

function stageOf(code: RefusedCode, identity: Identity | null): Stage | null {
  // As on the ladder: what an address may is counted before, what somebody may is counted after it is known who asks.
  if (code === 'rate_limited') return identity ? 'capacity' : 'rate';
  const stage = STAGES_OF[code];
  return stage === undefined ? 'credential' : stage;
}

/** The first stage that fails decides: what was passed behind it counts for nothing. */
function withFailed(checked: readonly CheckedStage[], failed: Stage): readonly CheckedStage[] {
  const at = STAGES.indexOf(failed);
  const others = checked
    .filter(({ stage }) => stage !== failed)
    .map((one) =>
      STAGES.indexOf(one.stage) > at ? ({ stage: one.stage, outcome: 'not_reached' } as const) : one,
    );
  return [...others, { stage: failed, outcome: 'failed' } as const].toSorted(
    (one, other) => STAGES.indexOf(one.stage) - STAGES.indexOf(other.stage),
  );
}
