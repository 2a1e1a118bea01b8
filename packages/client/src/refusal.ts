/** Why there is no connection: the server's own refusal wherever it can be had, never a guessed status. */
import {
  CLOSE_CODES,
  type CheckedStage,
  type DisconnectCode,
  type ProblemCode,
} from '@greenlight/protocol/codes';
import type { DisconnectPush, RefusalPush } from '@greenlight/protocol/frames';
import type { Problem } from '@greenlight/protocol/problem';

/** What only the client can know. */
export type LocalCode =
  /** Neither the connection nor the question why got through. */
  | 'unreachable'
  /** The connection opened or was let in, and then the network or the server dropped it without a word. */
  | 'connection_lost'
  /** The application's own credential function failed. */
  | 'credential_unavailable';

export type Refusal = {
  readonly code: ProblemCode | DisconnectCode | LocalCode;
  /** What happened, in one sentence. */
  readonly detail: string;
  /** What to do about it, in one sentence. */
  readonly fix: string;
  /** The id that the server knows this attempt by. */
  readonly attempt: string;
  /** True if the same attempt, unchanged, may succeed later; the client then goes on by itself. */
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** The HTTP status that the server gave, or would have given. Absent where no server spoke. */
  readonly status?: number;
  /** URL of the code's page, where the server gave it. */
  readonly docs?: string;
  /** The ladder, where the server showed it. */
  readonly checked?: readonly CheckedStage[];
};

/** From a `refusal` push or a problem document: the docs page is `docs` in the one and `type` in the other. */
export function refusalFrom(problem: RefusalPush | Problem): Refusal {
  const { type, ...fields } = problem;
  return { docs: type, ...fields };
}

/** An open connection was ended by the server, which said so. */
export const refusalFromDisconnect = ({ code, reason }: DisconnectPush, attempt: string): Refusal =>
  ending(code, CLOSE_CODES[code], { attempt, detail: reason });

/** A 44xx close without a word before it. Its reason is `code attempt`. */
export const refusalFromClose = (closeCode: number, reason: string, attempt: string): Refusal =>
  ending((reason.split(' ', 1)[0] || 'bad_request') as Refusal['code'], closeCode, {
    attempt,
    detail: reason,
  });

function ending(
  code: Refusal['code'],
  closeCode: number,
  { attempt, detail }: Pick<Refusal, 'attempt' | 'detail'>,
): Refusal {
  return {
    code,
    detail: detail || `The server closed the connection with ${closeCode}.`,
    fix: 'Look the attempt up on the server; change what it names, then connect again.',
    attempt,
    retryable: false,
    ...(closeCode === 4401 && { status: 401 }),
  };
}

export function localRefusal(code: LocalCode, attempt: string, detail: string, fix: string): Refusal {
  return { code, detail, fix, attempt, retryable: true };
}

export const unreachable = (attempt: string, error: unknown): Refusal =>
  localRefusal(
    'unreachable',
    attempt,
    `The server cannot be reached: ${error instanceof Error ? error.message : String(error)}.`,
    'Check that it runs, that this address leads to it, and that it allows this origin.',
  );
