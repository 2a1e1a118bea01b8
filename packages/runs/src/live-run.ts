/** A run that this process executes: what its workflow is given, and how it is steered. */
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import type { RunDelta, StepSnapshot } from '@greenlight/protocol/run';
import { createBeat } from './beat.ts';
import type { RunLimits } from './limits.ts';
import type { Trigger } from './machine.ts';
import { createPending, type RunNumbers } from './pending.ts';
import { RUN_STEPS, type RunAt, type TransitionResult } from './run-store.ts';
import type { RunWriter } from './run-writer.ts';
import type { RunContext, StepContext, StepReport } from './workflow.ts';

/** Why work on a run ends before its workflow does. The run's record says the same. */
export class RunAborted extends Error {
  override name = 'RunAborted';
}

export interface LiveRun {
  readonly context: RunContext;
  readonly at: RunAt;
  /** Another process or a person elsewhere has it now: this one writes nothing more. */
  readonly lost: boolean;
  /** RFC 3339. */
  now(): string;
  steer(trigger: Trigger, delta: Omit<RunDelta, 'state' | 'step'>): Promise<TransitionResult>;
  /** The workflow is through: waits while paused, commits what is pending, then writes how it ended. */
  end(trigger: 'complete' | 'fail', delta: Omit<RunDelta, 'state' | 'step'>): Promise<void>;
  /** The process stops: leaves the run where the next start finds it. */
  stop(): Promise<void>;
  renew(): Promise<void>;
}

export type LiveRunOptions = {
  readonly writer: RunWriter;
  readonly unit: string;
  readonly clock: () => number;
  readonly limits: RunLimits;
  /** Results of steps that an earlier life finished. */
  readonly finished: ReadonlyMap<string, unknown>;
};

export function createLiveRun({ writer, unit, clock, limits, finished }: LiveRunOptions): LiveRun {
  const { id } = writer.at.run;
  const now = (): string => new Date(clock()).toISOString();
  const abort = new AbortController();
  const { signal } = abort;
  const pending = createPending(limits.appendWrites);
  const steps = new Map(writer.at.run.steps.map((step) => [step.id, step]));
  const doing = new Map<string, Promise<unknown>>();
  let numbers: RunNumbers = { progress: writer.at.run.progress, counts: writer.at.run.counts };
  let gate: PromiseWithResolvers<void> | null = null;
  let waiters: { through: number; wait: PromiseWithResolvers<void> }[] = [];
  let overview: 'due' | 'resting' | 'missed' = 'due';
  let overviewTimer: NodeJS.Timeout | undefined;
  let lost = false;

  const beat = createBeat(limits.progressMs, async () => {
    try {
      if ((await commit()) === 'retry') setTimeout(() => beat.nudge(), limits.retryMs).unref();
    } catch (error) {
      halt(error);
    }
  });

  function halt(reason: unknown): void {
    if (signal.aborted) return;
    beat.stop();
    clearTimeout(overviewTimer);
    pending.clear();
    abort.abort(reason);
    gate?.reject(signal.reason);
    for (const { wait } of waiters) wait.reject(signal.reason);
    waiters = [];
  }

  function lose(): void {
    lost = true;
    halt(new RunAborted(`Run ${id} is not executed here any more.`));
  }

  /** All that is pending, batch by batch. */
  async function commit(): Promise<'done' | 'held' | 'lost' | 'retry'> {
    try {
      for (;;) {
        const published = overview === 'due';
        const { outcome, numbers: told } = await writer.commit(pending, published);
        if (told) noteOverview(published);
        waiters = waiters.filter(({ through, wait }) => {
          if (through <= pending.committed) wait.resolve();
          return through > pending.committed;
        });
        if (outcome === 'lost') lose();
        if (outcome !== 'more') return outcome;
      }
    } catch (error) {
      if (error instanceof LogUnavailable) return 'retry';
      throw error;
    }
  }

  /** The overview hears less often, and the last numbers always. */
  function noteOverview(published: boolean): void {
    if (signal.aborted) return;
    if (published) {
      overview = 'resting';
      overviewTimer = setTimeout(() => {
        const missed = overview === 'missed';
        overview = 'due';
        if (missed) tellOverview();
      }, limits.overviewMs);
    } else if (overview === 'resting') overview = 'missed';
    // Its rest ended while this was being written.
    else if (overview === 'due') tellOverview();
  }

  function tellOverview(): void {
    pending.touchRun(numbers);
    beat.nudge();
  }

  /** Until nothing is pending, however long the run is paused or the log away. */
  async function settle(): Promise<void> {
    for (;;) {
      await checkpoint();
      const outcome = await commit();
      signal.throwIfAborted();
      if (outcome === 'done') return;
      if (outcome === 'retry') await delay(limits.retryMs);
    }
  }

  async function checkpoint(): Promise<void> {
    signal.throwIfAborted();
    await gate?.promise;
    signal.throwIfAborted();
  }

  /** Queues what happened to a step; its latest numbers travel with it. */
  function announce(type: 'started' | 'completed' | 'failed', step: StepSnapshot, result?: unknown): void {
    steps.set(step.id, step);
    pending.forgetStep(step.id);
    const record = { collection: RUN_STEPS, id: `${id}:${step.id}`, parent: id, value: { result } };
    pending.add({
      events: [{ channel: null, event: { type: `step.${type}`, data: { step } } }],
      records: type === 'completed' ? [record] : [],
    });
    beat.nudge();
  }

  async function runStep<T>(
    stepId: string,
    title: string,
    work: (step: StepContext) => Promise<T>,
  ): Promise<T> {
    if (finished.has(stepId)) return finished.get(stepId) as T;
    signal.throwIfAborted();
    const { completed = 0, total } = steps.get(stepId) ?? {};
    const begun = { id: stepId, title, completed, ...(total !== undefined && { total }), startedAt: now() };
    announce('started', { ...begun, state: 'running' });
    let result: T;
    try {
      result = await work({ progress: (report) => progress(stepId, report), flush });
    } catch (error) {
      signal.throwIfAborted();
      const sentence = error instanceof Error ? error.message : String(error);
      announce('failed', { ...stepOf(stepId), state: 'failed', endedAt: now(), error: sentence });
      await settle();
      throw error;
    }
    signal.throwIfAborted();
    announce('completed', { ...stepOf(stepId), state: 'completed', endedAt: now() }, result);
    await settle();
    return result;
  }

  const stepOf = (stepId: string): StepSnapshot => steps.get(stepId) as StepSnapshot;

  function progress(stepId: string, report: StepReport): void {
    if (signal.aborted) return;
    const { completed, total, counts, run, records = [], events = [] } = report;
    if (completed !== undefined || total !== undefined) {
      const step = {
        ...stepOf(stepId),
        ...(completed !== undefined && { completed }),
        ...(total !== undefined && { total }),
      };
      steps.set(stepId, step);
      pending.touchStep(step);
    }
    if (counts || run) {
      numbers = {
        progress: run ? { ...run, unit } : numbers.progress,
        counts: { ...numbers.counts, ...counts },
      };
      pending.touchRun(numbers);
    }
    pending.add({ events, records });
    beat.nudge();
  }

  function flush(): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (pending.empty) return Promise.resolve();
    const wait = Promise.withResolvers<void>();
    wait.promise.catch(() => {});
    waiters.push({ through: pending.reported, wait });
    beat.nudge();
    return wait.promise;
  }

  async function steer(trigger: Trigger, delta: Omit<RunDelta, 'state' | 'step'>) {
    const result = await writer.transition(trigger, delta);
    if (result.outcome === 'moved') lose();
    if (result.outcome === 'done') obey();
    return result;
  }

  function obey(): void {
    const { state, reason } = writer.at.run;
    if (state === 'paused') {
      gate ??= Promise.withResolvers();
      gate.promise.catch(() => {});
    } else if (state === 'running') {
      gate?.resolve();
      gate = null;
      beat.nudge();
    } else halt(new RunAborted(reason ?? `The run is ${state}.`));
  }

  return {
    context: {
      get run() {
        return writer.at.run;
      },
      signal,
      checkpoint,
      step(stepId, title, work) {
        const known = doing.get(stepId) ?? runStep(stepId, title, work);
        doing.set(stepId, known);
        return known as ReturnType<typeof work>;
      },
    },
    get at() {
      return writer.at;
    },
    now,
    get lost() {
      return lost;
    },
    async steer(trigger, delta) {
      // What is done by now shows in the paused run; what is in flight waits for its resumption.
      if (trigger === 'pause') await commit();
      return steer(trigger, delta);
    },
    async end(trigger, delta) {
      // Aborted for another reason means that reporting itself failed: then this is all that is left to say.
      while (!(signal.reason instanceof RunAborted)) {
        try {
          if (!signal.aborted) await settle();
          const { outcome } = await steer(trigger, delta);
          if (outcome !== 'refused') return;
        } catch (error) {
          if (signal.reason instanceof RunAborted) return;
          if (!(error instanceof LogUnavailable)) throw error;
          await delay(limits.retryMs);
        }
      }
    },
    async stop() {
      if (writer.at.run.state === 'running') {
        await commit();
        await steer('stall', { reason: 'Greenlight was stopped while it ran.', autoResumed: 0 });
      }
      halt(new RunAborted('Greenlight is stopping.'));
    },
    async renew() {
      if (!signal.aborted && !(await writer.renew())) lose();
    },
  };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
