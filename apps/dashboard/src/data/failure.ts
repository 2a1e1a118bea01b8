/** What a person is told when something could not be done: the useful part of a problem. */
import type { Problem } from '@greenlight/protocol/problem';

export type Failure = {
  readonly code: string;
  readonly detail: string;
  readonly fix?: string;
  readonly attempt?: string;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

export function failureFrom(status: number, body: unknown): Failure {
  const { code, detail, title, fix, attempt } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as Partial<Problem>;
  return {
    status,
    code: isText(code) ? code : `http_${status}`,
    detail: isText(detail) ? detail : isText(title) ? title : `The server answered with status ${status}.`,
    ...(isText(fix) && { fix }),
    ...(isText(attempt) && { attempt }),
  };
}

export const UNREACHABLE: Failure = {
  status: 0,
  code: 'unreachable',
  detail: 'Greenlight did not answer.',
  fix: 'Check that it is running; this page tries again by itself.',
};
