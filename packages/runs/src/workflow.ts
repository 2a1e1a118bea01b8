/** What a workflow implements and what it is given. One implementation for each `kind`. */
import type { RecordWrite } from '@greenlight/log/log';
import type { EventInput } from '@greenlight/protocol/event';
import type { RunProgress, RunSnapshot } from '@greenlight/protocol/run';

export type ParsedInput<Input> =
  | { readonly ok: true; readonly input: Input; readonly title: string }
  /** A sentence that says what to change. */
  | { readonly ok: false; readonly detail: string };

export type Workflow<Input> = {
  readonly kind: string;
  /** What is counted in `progress`: `files`. */
  readonly unit: string;
  parse(input: unknown): ParsedInput<Input> | Promise<ParsedInput<Input>>;
  /** Gives the run's `result`. Throws only for bugs and `RunError`s. */
  execute(context: RunContext, input: Input): Promise<unknown>;
};

/** The run cannot go on, and this sentence tells its user why and what to do. Ends it as `failed`. */
export class RunError extends Error {
  override name = 'RunError';
}

export interface RunContext {
  readonly run: RunSnapshot;
  /** Aborted when the run is cancelled or the process stops. Hand it to everything that can wait. */
  readonly signal: AbortSignal;
  /**
   * Does `work` unless an earlier life of this run finished it; then gives the result it had.
   * The result must be JSON-serialisable. Steps may run concurrently.
   */
  step<T>(id: string, title: string, work: (step: StepContext) => Promise<T>): Promise<T>;
  /** Between two pieces of work: waits while the run is paused, throws the signal's reason when it is cancelled. */
  checkpoint(): Promise<void>;
}

export interface StepContext {
  /**
   * Reports how far the step is. Coalesced: at most one event each 100 ms (and always the last).
   * `records` and `events` are committed with it and never dropped, only batched.
   */
  progress(report: StepReport): void;
  /** Resolves when everything reported so far is committed. */
  flush(): Promise<void>;
}

export type StepReport = {
  readonly completed?: number;
  readonly total?: number;
  readonly counts?: Readonly<Record<string, number>>;
  /** The run's own progress, where this step is what it counts. */
  readonly run?: Omit<RunProgress, 'unit'>;
  readonly records?: readonly Omit<RecordWrite, 'at' | 'ifVersion'>[];
  /** Beside the run's channel; a private run's events go to its own channels instead. */
  readonly events?: readonly { readonly channel: string; readonly event: EventInput }[];
};
