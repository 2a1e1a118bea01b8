/** Executes runs: a queue, some at a time, and those that a dead process left. */
import type { Log } from '@greenlight/log/log';
import type { RunDelta } from '@greenlight/protocol/run';
import { execute } from './execute.ts';
import { freeLease, holdLease, type Lease, RUN_LEASES } from './lease.ts';
import type { RunLimits } from './limits.ts';
import { createLiveRun, type LiveRun } from './live-run.ts';
import type { EventMaker } from './run-events.ts';
import { RUN_STEPS, type RunAt, type RunStore, type Transition, type TransitionResult } from './run-store.ts';
import { createRunWriter } from './run-writer.ts';
import { createTurns } from './turns.ts';
import type { Workflow } from './workflow.ts';

export type ExecutorOptions = {
  readonly log: Log;
  readonly store: RunStore;
  readonly makeEvent: EventMaker;
  readonly kinds: ReadonlyMap<string, Workflow<unknown>>;
  readonly clock: () => number;
  readonly node: string;
  readonly limits: RunLimits;
  readonly onBug: (error: unknown, run: string) => void;
};

export interface Executor {
  /** The run, if it is executed (or paused) here. */
  live(id: string): LiveRun | undefined;
  enqueue(id: string): void;
  /** From now on queued runs begin. */
  start(): void;
  /** Begins queued runs while there is room. */
  takeUp(): void;
  /** One thing at a time for each run. */
  inTurn<T>(id: string, work: () => Promise<T>): Promise<T>;
  /** A transition of a run that is not live here; null when there is no such run. Within `inTurn`. */
  transition(id: string, transition: Transition): Promise<TransitionResult | null>;
  /** To `running`, and executes it here. Within `inTurn`. */
  resume(id: string, delta: Transition['delta']): Promise<TransitionResult | null>;
  /** A run that nobody executes any more: stalls it, and resumes it once. */
  recover(id: string): Promise<void>;
  /** Renews the leases held here and recovers runs whose lease ended. */
  sweep(): Promise<void>;
  readonly stopping: boolean;
  stop(): Promise<void>;
}

/** Tries of a transition that only progress came between. */
const TRIES = 5;

export function createExecutor(options: ExecutorOptions): Executor {
  const { log, store, makeEvent, kinds, clock, node, limits, onBug } = options;
  const inTurn = createTurns();
  const entries = new Map<string, { readonly live: LiveRun; readonly settled: Promise<void> }>();
  const beginning = new Set<Promise<void>>();
  const queue: string[] = [];
  let started = false;
  let stopping = false;

  const newLease = (): Lease => ({ holder: node, until: clock() + limits.leaseMs });

  const live = (id: string): LiveRun | undefined => {
    const run = entries.get(id)?.live;
    return run?.lost ? undefined : run;
  };

  function takeUp(): void {
    const busy = [...entries.values()].filter(({ live }) => live.at.run.state === 'running').length;
    if (!started || stopping || busy + beginning.size >= limits.concurrency) return;
    const id = queue.shift();
    if (id === undefined) return;
    const begun = begin(id).finally(() => {
      beginning.delete(begun);
      takeUp();
    });
    beginning.add(begun);
    takeUp();
  }

  async function begin(id: string): Promise<void> {
    try {
      await inTurn(id, () => toRunning(id, 'begin', { startedAt: new Date(clock()).toISOString() }));
    } catch (error) {
      onBug(error, id);
    }
  }

  async function insist(
    id: string,
    attempt: (from: RunAt) => Promise<TransitionResult>,
  ): Promise<TransitionResult | null> {
    for (let tries = TRIES; ; tries -= 1) {
      const from = await store.load(id);
      if (!from) return null;
      const result = await attempt(from);
      if (result.outcome !== 'moved' || tries === 1) return result;
    }
  }

  function toRunning(id: string, trigger: 'begin' | 'resume', delta: Omit<RunDelta, 'state' | 'step'> = {}) {
    return insist(id, async (from) => {
      const workflow = kinds.get(from.run.kind);
      if (stopping) return { outcome: 'refused', detail: 'Greenlight is stopping; start it again.' };
      if (!workflow)
        return {
          outcome: 'refused',
          detail: `Nothing here executes runs of kind ${JSON.stringify(from.run.kind)}.`,
        };
      const finished = await finishedSteps(id);
      const records = [holdLease(id, newLease())];
      const result = await store.transition(from, { trigger, delta, records, expectHead: true });
      if (result.outcome === 'done') run(workflow, result, finished);
      return result;
    });
  }

  function run(
    workflow: Workflow<unknown>,
    begun: RunAt & { readonly versions: readonly number[] },
    finished: ReadonlyMap<string, unknown>,
  ): void {
    const { id } = begun.run;
    const leaseVersion = begun.versions[0] ?? 0;
    const writer = createRunWriter({ log, store, makeEvent, newLease, at: begun, leaseVersion });
    const live = createLiveRun({ writer, unit: workflow.unit, clock, limits, finished });
    const settled = execute(live, workflow, onBug)
      .catch((error: unknown) => onBug(error, id))
      .finally(() => {
        if (entries.get(id)?.live === live) entries.delete(id);
        takeUp();
      });
    entries.set(id, { live, settled });
  }

  async function finishedSteps(id: string): Promise<Map<string, unknown>> {
    const steps = await log.records(RUN_STEPS, { parent: id, limit: 1_000 });
    return new Map(
      steps.map((step) => [step.id.slice(id.length + 1), (step.value as { result?: unknown }).result]),
    );
  }

  const transition: Executor['transition'] = (id, wanted) =>
    insist(id, (from) => store.transition(from, { ...wanted, expectHead: true }));

  const recover = (id: string): Promise<void> =>
    inTurn(id, async () => {
      if (stopping || live(id)) return;
      const reason = 'The process that executed it ended.';
      await transition(id, { trigger: 'stall', delta: { reason }, records: [freeLease(id)] });
      const left = await store.load(id);
      if (left?.run.state !== 'stalled' || left.run.autoResumed > 0) return;
      await toRunning(id, 'resume', {
        autoResumed: 1,
        reason: 'Resumed by Greenlight after the process that executed it ended.',
      });
    });

  return {
    live,
    inTurn,
    takeUp,
    transition,
    recover,
    get stopping() {
      return stopping;
    },
    start() {
      started = true;
      takeUp();
    },
    enqueue(id) {
      queue.push(id);
      takeUp();
    },
    resume: (id, delta) => toRunning(id, 'resume', delta),
    async sweep() {
      await Promise.all([...entries.values()].map(({ live }) => live.renew()));
      for (const { id, value } of await log.records(RUN_LEASES, { limit: 1_000 })) {
        const { holder, until } = value as Lease;
        if (holder !== null && until <= clock()) await recover(id);
      }
      takeUp();
    },
    async stop() {
      stopping = true;
      await Promise.all(beginning);
      const all = [...entries.values()];
      await Promise.all(
        all.map(({ live }) => live.stop().catch((error: unknown) => onBug(error, live.at.run.id))),
      );
      const deadline = Promise.withResolvers<void>();
      const timer = setTimeout(deadline.resolve, limits.closeMs);
      await Promise.race([deadline.promise, Promise.all(all.map(({ settled }) => settled))]);
      clearTimeout(timer);
    },
  };
}
