/** How each test of the contract gets a log of its own. */
import type { Log } from '../log.ts';

export type StartLog = () => Promise<StartedLog>;

export type StartedLog = {
  readonly log: Log;
  /** Closes the log and opens the same store again. */
  readonly reopen: () => Promise<Log>;
  /** Moves the log's clock on, ms. */
  readonly pass: (ms: number) => void;
};
