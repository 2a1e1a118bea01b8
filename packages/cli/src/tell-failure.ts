/** A server's refusal or error, for people: the code, what happened, what to do, and the id to look it up by. */
import { note } from './output.ts';

export type Failure = {
  readonly code: string;
  readonly detail: string;
  readonly fix?: string;
  readonly attempt?: string;
};

export function tellFailure({ code, detail, fix, attempt }: Failure): void {
  const parts = [`${code}: ${detail}`, fix, attempt && `(attempt ${attempt})`];
  note(parts.filter((part) => part).join(' '));
}
