/** The runs of a node: starts them, steers them, shows them. */
import type { Log } from '@greenlight/log/log';
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import { isChannelName, userChannel } from '@greenlight/protocol/channel';
import { simulatedMark } from '@greenlight/protocol/event';
import type { ControlAction, RunSnapshot } from '@greenlight/protocol/run';
import { createExecutor } from './executor.ts';
import { dropLease, freeLease } from './lease.ts';
import { DEFAULT_RUN_LIMITS, type RunLimits } from './limits.ts';
import { createEventMaker } from './run-events.ts';
import { createRunIds, type Random } from './run-id.ts';
import { createRunStore, type Transition, type TransitionResult } from './run-store.ts';
import type { RunFailure, RunFilter, RunResult, Runs, Steerer } from './runs.ts';
import type { Workflow } from './workflow.ts';

export type RunsOptions = {
  readonly log: Log;
  readonly workflows: readonly Workflow<unknown>[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly random: Random;
  /** Which process this is: the holder of its runs' leases. */
  readonly node: string;
  readonly limits?: Partial<RunLimits>;
  /** Hears of errors that are bugs; the run fails with a sentence. Default: nobody. */
  readonly onBug?: (error: unknown, run: string) => void;
};

/**
 * Loads what it needs to answer; takes nothing up before `begin`. A log belongs to one process at a time, so a run that
 * is `running` at the start was left by a dead one.
 */
export async function createRuns(options: RunsOptions): Promise<Runs> {
  const { log, clock, random, node, onBug = () => {} } = options;
  const limits: RunLimits = { ...DEFAULT_RUN_LIMITS, ...options.limits };
  const kinds = new Map(options.workflows.map((workflow) => [workflow.kind, workflow]));
  const makeEvent = createEventMaker({ clock, random, node });
  const store = createRunStore(log, makeEvent);
  const executor = createExecutor({ log, store, makeEvent, kinds, clock, node, limits, onBug });
  const newId = createRunIds(clock, random);
  const privateOwners = new Map<string, string>();
  const now = (): string => new Date(clock()).toISOString();

  /** Interrupted by the end of an earlier process; newest first. */
  const left: string[] = [];
  let sweeper: NodeJS.Timeout | undefined;

  async function load(): Promise<void> {
    const queued: string[] = [];
    for await (const page of store.pages())
      for (const run of page) {
        if (run.private) privateOwners.set(run.id, run.owner);
        if (run.state === 'queued') queued.push(run.id);
        if (run.state === 'running' || (run.state === 'stalled' && run.autoResumed === 0)) left.push(run.id);
      }
    for (const id of queued.toReversed()) executor.enqueue(id);
  }

  async function steer(id: string, action: ControlAction, by: Steerer): Promise<RunResult> {
    const delta = {
      by: by.user,
      reason: `${PAST[action]} by ${by.user}.`,
      ...(action === 'cancel' && { endedAt: now() }),
      ...simulatedMark(by),
    };
    const here = executor.live(id);
    if (here) return toRunResult(id, await here.steer(action, delta));
    if (action === 'resume') return toRunResult(id, await executor.resume(id, delta));
    const records = [action === 'cancel' ? dropLease(id) : freeLease(id)];
    const transition: Transition = { trigger: action, delta, records };
    return toRunResult(id, await executor.transition(id, transition));
  }

  await load();

  return {
    async begin() {
      for (const id of left.toReversed()) await executor.recover(id);
      executor.start();
      if (executor.stopping) return;
      sweeper = setInterval(() => {
        executor.sweep().catch((error: unknown) => onBug(error, 'all'));
      }, limits.leaseMs / 3).unref();
    },

    async start({ kind, input, owner, private: own = false, title, simulated }) {
      const workflow = kinds.get(kind);
      if (!workflow) {
        const known = [...kinds.keys()].join(', ');
        return failure(
          'invalid_input',
          `There is no workflow of kind ${JSON.stringify(kind)}, only: ${known}.`,
        );
      }
      if (own && !isChannelName(userChannel(owner)))
        return failure('invalid_input', `A user named ${JSON.stringify(owner)} cannot have private runs.`);
      const parsed = await workflow.parse(input);
      if (!parsed.ok) return failure('invalid_input', parsed.detail);
      if (executor.stopping) return failure('state_conflict', 'Greenlight is stopping; start it again.');
      const id = newId();
      if (own) privateOwners.set(id, owner);
      const created = await orUnavailable(() =>
        store.create({
          id,
          kind,
          state: 'queued',
          transition: 1,
          owner,
          private: own,
          title: title ?? parsed.title,
          input,
          createdAt: now(),
          progress: { completed: 0, unit: workflow.unit },
          steps: [],
          counts: {},
          autoResumed: 0,
          ...(simulated && { simulated }),
        }),
      );
      if (!created.ok) {
        privateOwners.delete(id);
        return created;
      }
      executor.enqueue(id);
      return { ok: true, run: created.value.run };
    },

    async list({ before, limit = 50, ...conditions }: RunFilter = {}) {
      const wanted = Math.min(Math.max(limit, 1), 500);
      const filtered = Object.values(conditions).some((condition) => condition !== undefined);
      const runs: RunSnapshot[] = [];
      for await (const page of store.pages({ before, size: filtered ? 500 : wanted }))
        for (const stored of page) {
          const run = executor.live(stored.id)?.at.run ?? stored;
          if (meets(run, conditions)) runs.push(run);
          if (runs.length === wanted) return runs;
        }
      return runs;
    },

    get: async (id) => executor.live(id)?.at ?? store.load(id),

    control: async (id, action, by) => {
      const steered = await orUnavailable(() => executor.inTurn(id, () => steer(id, action, by)));
      executor.takeUp();
      return steered.ok ? steered.value : steered;
    },

    privateOwner: (id) => privateOwners.get(id) ?? null,

    async close() {
      clearInterval(sweeper);
      await executor.stop();
    },
  };
}

const PAST = { pause: 'Paused', resume: 'Resumed', cancel: 'Cancelled' } as const satisfies Record<
  ControlAction,
  string
>;

const meets = (
  run: RunSnapshot,
  { state, kind, owner }: Pick<RunFilter, 'state' | 'kind' | 'owner'>,
): boolean =>
  (state === undefined || run.state === state) &&
  (kind === undefined || run.kind === kind) &&
  (owner === undefined || run.owner === owner);

const failure = (code: RunFailure['code'], detail: string): RunFailure => ({ ok: false, code, detail });

/** A disk that is full or failing is nobody's bug: whoever asks is told, and may ask again. */
async function orUnavailable<T>(
  work: () => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | RunFailure> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof LogUnavailable) return failure('storage_unavailable', error.message);
    throw error;
  }
}

function toRunResult(id: string, result: TransitionResult | null): RunResult {
  if (result === null) return failure('not_found', `There is no run ${JSON.stringify(id)}.`);
  switch (result.outcome) {
    case 'done':
      return { ok: true, run: result.run };
    case 'refused':
      return failure('state_conflict', result.detail);
    case 'moved':
      return failure(
        'state_conflict',
        'Somebody else changed the run at the same moment; look at its state, then decide again.',
      );
    default:
      return result satisfies never;
  }
}
