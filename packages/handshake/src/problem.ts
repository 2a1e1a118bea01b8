/** From a verdict to what its caller is told (RFC 9457), and to the close code of a socket. */
import type { CheckedStage, CloseCode, ProblemCode } from '@greenlight/protocol/codes';
import type { RefusalPush } from '@greenlight/protocol/frames';
import type { Problem } from '@greenlight/protocol/problem';
import { problemInfo } from './refusals.ts';
import type { Verdict } from './verdict.ts';

/** `full`: the exact cause. `public`: causes that would help whoever tries credentials are folded into one. */
export type Explain = 'full' | 'public';

export type ProblemContext = {
  readonly attempt: string;
  readonly explain: Explain;
  /** Without a trailing slash; the docs pages are below it. */
  readonly publicUrl: string;
};

export type ProblemFacts = {
  /** One sentence about this request; the table's if absent. */
  readonly detail?: string;
  /** What to do in this case; the table's if absent. */
  readonly fix?: string;
  readonly retryAfterMs?: number;
  readonly checked?: readonly CheckedStage[];
};

export const docsUrl = (publicUrl: string, code: ProblemCode): string => `${publicUrl}/docs/codes/${code}`;

/** What the caller is told. The public tier says the table's sentence: a detail may name allowed origins or the exact cause. */
export function refusalProblem(
  { failure, checked }: Extract<Verdict, { outcome: 'refused' }>,
  context: ProblemContext,
): Problem {
  const { code, detail, fix, retryAfterMs } = failure;
  const facts = { checked, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  // Where somebody signs in the sentence is written for whoever tries.
  return context.explain === 'public' && code !== 'credential_invalid'
    ? problemOf(publicCode(code), facts, context)
    : problemOf(
        code,
        { ...facts, ...(detail !== undefined && { detail }), ...(fix !== undefined && { fix }) },
        context,
      );
}

/** For errors of requests that were let in, whose details are about the caller's own input. */
export function problemOf(
  code: ProblemCode,
  facts: ProblemFacts,
  { attempt, publicUrl }: Omit<ProblemContext, 'explain'>,
): Problem {
  const info = problemInfo(code);
  const retryAfterMs = facts.retryAfterMs ?? info.retryAfterMs;
  return {
    type: docsUrl(publicUrl, code),
    title: info.title,
    status: info.status,
    code,
    detail: facts.detail ?? info.detail,
    fix: facts.fix ?? info.fix,
    attempt,
    retryable: info.retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    checked: facts.checked ?? [],
  };
}

/** The problem as a push; its `type` is taken there, so the docs page is called `docs`. */
export function refusalPush({ type, ...problem }: Problem): RefusalPush {
  return { type: 'refusal', docs: type, ...problem };
}

function publicCode(code: ProblemCode): ProblemCode {
  const folded = code.startsWith('token_') || code.startsWith('api_key_') || code === 'ticket_unknown';
  return folded ? 'credential_invalid' : code;
}

const CLOSE_CODE_OF_STATUS: Readonly<Record<number, CloseCode>> = {
  400: 4400,
  401: 4401,
  403: 4403,
  404: 4404,
  409: 4409,
  413: 4413,
  429: 4429,
};

/** 44 and the last two digits of the status where there is such a close code, else 4500. */
export function closeCodeOf(status: number): CloseCode {
  return CLOSE_CODE_OF_STATUS[status] ?? 4500;
}

/** The reason beside the close code: at most 123 bytes (RFC 6455 section 5.5.1), which every code and id keep to. */
export const closeReasonOf = ({ code, attempt }: Pick<Problem, 'code' | 'attempt'>): string =>
  `${code} ${attempt}`;
