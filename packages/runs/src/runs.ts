/** What other rooms ask of runs: start them, steer them, look at them. */
import type { ControlAction, RunSnapshot, RunState } from '@greenlight/protocol/run';

export type StartRun = {
  readonly kind: string;
  readonly input: unknown;
  readonly owner: string;
  /** A private run is seen only by its owner: `workflow:<id>` and `user:<owner>`, never the common channels. Default false. */
  readonly private?: boolean;
  readonly title?: string;
  /** Whoever starts it signed in by simulation. */
  readonly simulated?: true;
};

/** Who steers a run. */
export type Steerer = { readonly user: string; readonly simulated?: true };

export type RunFailure = {
  readonly ok: false;
  /** `storage_unavailable`: the log cannot write; nothing was changed, and the same may succeed later. */
  readonly code: 'not_found' | 'invalid_input' | 'state_conflict' | 'storage_unavailable';
  readonly detail: string;
};
export type RunResult = { readonly ok: true; readonly run: RunSnapshot } | RunFailure;

export type RunFilter = {
  readonly state?: RunState;
  readonly kind?: string;
  readonly owner?: string;
  /** Only runs whose id sorts before it; for the next page pass the last id. */
  readonly before?: string;
  /** Default 50, at most 500. */
  readonly limit?: number;
};

export interface Runs {
  start(request: StartRun): Promise<RunResult>;
  /** Newest first. */
  list(filter?: RunFilter): Promise<readonly RunSnapshot[]>;
  /** The run as of `offset` of its channel: apply later events of `workflow:<id>` to it. */
  get(id: string): Promise<{ readonly run: RunSnapshot; readonly offset: number } | null>;
  control(id: string, action: ControlAction, by: Steerer): Promise<RunResult>;
  /** Owner of a private run; null for a run that everybody may see or that does not exist. Answers without I/O. */
  privateOwner(id: string): string | null;
  /**
   * Takes over what an earlier process left and begins to execute, once. Until then runs are shown and steered, and
   * those that are started wait: so the doors can open first, and nobody misses a transition.
   */
  begin(): Promise<void>;
  /** Stops taking work, lets running runs reach a resumable point. */
  close(): Promise<void>;
}
