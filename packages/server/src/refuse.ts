/** The one way out for every refusal: it writes the answer and tells all who watch. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { hideCredentials } from '@greenlight/handshake/credential-shape';
import { closeCodeOf, closeReasonOf, refusalProblem, refusalPush } from '@greenlight/handshake/problem';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure, Verdict } from '@greenlight/handshake/verdict';
import type { CloseCode } from '@greenlight/protocol/codes';
import type { RefusalPush } from '@greenlight/protocol/frames';
import { ATTEMPT_HEADER, type Problem } from '@greenlight/protocol/problem';
import { attemptTrace } from './observe/attempt-trace.ts';
import { createObserveAttempt, type ObserveOptions } from './observe/observe-attempt.ts';
import { problemHeaders } from './problem-headers.ts';
import { writeRawAnswer } from './raw-answer.ts';
import type { ServerSettings } from './services.ts';

/** For a browser that navigates: the address of the page that explains, instead of the problem itself. */
export type ExplainAt = (problem: Problem) => string;

export type Exit =
  | { readonly kind: 'http'; readonly response: ServerResponse; readonly explainAt?: ExplainAt }
  /** A raw HTTP answer on a socket that asked to upgrade. */
  | { readonly kind: 'socket'; readonly socket: Duplex }
  | {
      readonly kind: 'frame';
      readonly send: (push: RefusalPush) => void;
      readonly close: (code: CloseCode, reason: string) => void;
    }
  /** The caller answers a command with the problem, on a connection that goes on. */
  | { readonly kind: 'reply' };

export type Refused = Extract<Verdict, { outcome: 'refused' }>;
export type AcceptedVerdict = Extract<Verdict, { outcome: 'accepted' }>;

/** Gives the problem that was sent. */
export type Refuse = (request: HandshakeRequest, verdict: Refused, exit: Exit) => Problem;
export type RecordAccepted = (request: HandshakeRequest, verdict: AcceptedVerdict) => void;

export type OutcomeOptions = ObserveOptions & {
  readonly settings: Pick<ServerSettings, 'publicUrl' | 'explain' | 'allowedOrigins'>;
};

/** The two ways an attempt ends, told to the same observers. */
export type Outcomes = { readonly refuse: Refuse; readonly recordAccepted: RecordAccepted };

export function createOutcomes({ settings, ...watching }: OutcomeOptions): Outcomes {
  const observe = createObserveAttempt(watching);
  return {
    recordAccepted: (request, verdict) => observe(attemptTrace(request, verdict), null),
    refuse(request, unchecked, exit) {
      const verdict = withoutCredentials(unchecked);
      const problem = refusalProblem(verdict, { ...settings, attempt: request.attempt });
      observe(attemptTrace(request, verdict), problem);
      answer({ request, verdict, problem }, exit, settings);
      return problem;
    },
  };
}

/** A detail may quote what the client sent, and a careless client sends a credential anywhere. */
function withoutCredentials(verdict: Refused): Refused {
  const { detail } = verdict.failure;
  if (detail === undefined) return verdict;
  const failure: Failure = { ...verdict.failure, detail: hideCredentials(detail) };
  return { ...verdict, failure };
}

type Answer = { readonly request: HandshakeRequest; readonly verdict: Refused; readonly problem: Problem };

function answer(
  { request, verdict, problem }: Answer,
  exit: Exit,
  { allowedOrigins }: Pick<ServerSettings, 'allowedOrigins'>,
): void {
  if (exit.kind === 'reply') return;
  if (exit.kind === 'frame') {
    exit.send(refusalPush(problem));
    exit.close(closeCodeOf(problem.status), closeReasonOf(problem));
    return;
  }
  const allow = verdict.failure.operator?.['allow'];
  const rule = { allowedOrigins, ...(typeof allow === 'string' && { allow }) };
  const headers = problemHeaders(problem, request, rule);
  const body = JSON.stringify(problem);
  if (exit.kind === 'socket') {
    writeRawAnswer(exit.socket, { status: problem.status, headers, body });
    return;
  }
  writeProblem(exit, problem, { headers, body });
}

/** The answer itself, for refusals and for requests that could not be done. */
export function writeProblem(
  { response, explainAt }: Omit<Extract<Exit, { kind: 'http' }>, 'kind'>,
  problem: Problem,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): void {
  // Too late for an answer: a body that stops short is the only sign left.
  if (response.headersSent) response.destroy();
  else if (explainAt)
    response
      .writeHead(302, {
        Location: explainAt(problem),
        'Cache-Control': 'no-store',
        [ATTEMPT_HEADER]: problem.attempt,
      })
      .end();
  else
    response.writeHead(problem.status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}
