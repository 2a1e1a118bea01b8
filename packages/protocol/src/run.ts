/** What a run looks like from outside: the shapes that the server sends and every client reads. */

export const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'stalled',
  'completed',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const CONTROL_ACTIONS = ['pause', 'resume', 'cancel'] as const;
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

export type StepState = 'waiting' | 'running' | 'completed' | 'failed';

export type StepSnapshot = {
  readonly id: string;
  readonly title: string;
  readonly state: StepState;
  readonly completed: number;
  /** Absent until it is known. */
  readonly total?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: string;
};

export type RunProgress = {
  readonly completed: number;
  /** Absent until it is known. */
  readonly total?: number;
  /** What is counted, in the plural: `files`. */
  readonly unit: string;
  readonly message?: string;
};

/** The whole of a run at one offset of its channel; later events are deltas to it. */
export type RunSnapshot = {
  readonly id: string;
  readonly kind: string;
  readonly state: RunState;
  /** Offset, in `workflow:<id>`, of the last transition. A change of state must name it. */
  readonly transition: number;
  readonly owner: string;
  readonly private: boolean;
  readonly title: string;
  readonly input: unknown;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Why it is in this state: who cancelled it, what failed, why it stalled. */
  readonly reason?: string;
  readonly progress: RunProgress;
  readonly steps: readonly StepSnapshot[];
  /** Kind-specific counts shown live, such as findings by severity. */
  readonly counts: Readonly<Record<string, number>>;
  /** Present when completed. */
  readonly result?: unknown;
  /** How often Greenlight resumed it by itself after a restart: 0 or 1. */
  readonly autoResumed: number;
  /** Somebody who signed in by simulation started or steered it; so it stays. */
  readonly simulated?: true;
};

/**
 * The `data` of `workflow.*` and `step.*` events: the parts of the snapshot that changed.
 * Applying them in order to the snapshot of an earlier offset gives the later snapshot.
 */
export type RunDelta = {
  readonly state?: RunState;
  readonly reason?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly progress?: RunProgress;
  readonly step?: StepSnapshot;
  readonly counts?: Readonly<Record<string, number>>;
  readonly result?: unknown;
  readonly autoResumed?: number;
  readonly simulated?: true;
  /** Who asked for it, where a person or key did. */
  readonly by?: string;
};

export function isTerminal(state: RunState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}
