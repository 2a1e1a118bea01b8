/** What one observer saw of one refusal. */
import type { RefusalPush } from '@greenlight/protocol/frames';
import type { Problem } from '@greenlight/protocol/problem';

export type Sight = {
  /** The id that the client chose. */
  readonly attempt: string;
  /** The HTTP answer, where the observer could see it; 101 when the socket opened. */
  readonly status: number | null;
  /** Names in lower case; those that the observer could read. */
  readonly headers: ReadonlyMap<string, string>;
  readonly problem: Problem | null;
  /** The frame and the close of a socket that was opened to explain. */
  readonly refusal: RefusalPush | null;
  readonly close: { readonly code: number; readonly reason: string } | null;
};

export const headersOf = (pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, string> =>
  new Map(Array.from(pairs, ([name, value]) => [name.toLowerCase(), value]));

export function problemIn(body: string): Problem | null {
  try {
    return JSON.parse(body) as Problem;
  } catch {
    return null;
  }
}
