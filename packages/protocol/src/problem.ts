/** RFC 9457 problem details, as every refusal and error carries them on every transport. */
import type { CheckedStage, ProblemCode } from './codes.ts';

export type Problem = {
  /** URL of the docs page of `code`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What happened to this request, in one sentence. */
  readonly detail: string;
  /** What to do about it, in one sentence. */
  readonly fix: string;
  /** The id to look this attempt up by: `GET /api/v1/handshakes/{attempt}`. */
  readonly attempt: string;
  /** True if the same request, unchanged, may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly checked: readonly CheckedStage[];
};

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
export const ATTEMPT_HEADER = 'Greenlight-Attempt';

const ATTEMPT = /^[A-Za-z0-9_-]{22}$/;

/** 128 random bits as 22 base64url characters. */
export function isAttemptId(value: unknown): value is string {
  return typeof value === 'string' && ATTEMPT.test(value);
}

/** How the ids begin that a server keeps for the calls it makes to itself; nobody else can have one. */
export const PROBE_ATTEMPT_PREFIX = 'self-probe-';

export const isProbeAttempt = (attempt: string): boolean => attempt.startsWith(PROBE_ATTEMPT_PREFIX);
