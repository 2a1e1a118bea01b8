/**
 * All that this process writes about one run that it executes, strictly in order: so a transition and the progress
 * around it cannot overtake each other, and nothing is written once the run is not running any more.
 */
import type { Log } from '@greenlight/log/log';
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import { applyDelta } from '@greenlight/protocol/apply-delta';
import { workflowChannel } from '@greenlight/protocol/channel';
import { type EventInput, simulatedMark } from '@greenlight/protocol/event';
import type { RunDelta, RunSnapshot } from '@greenlight/protocol/run';
import { dropLease, freeLease, holdLease, type Lease } from './lease.ts';
import { next, type Trigger } from './machine.ts';
import type { Batch, Pending } from './pending.ts';
import {
  appendsFor,
  type ChannelEvent,
  commonChannel,
  type EventMaker,
  overviewChannel,
} from './run-events.ts';
import { type RunAt, type RunStore, type TransitionResult } from './run-store.ts';
import { isTerminal } from '@greenlight/protocol/run';
import { createTurns } from './turns.ts';

/** `held`: the run is not running, nothing was written. `lost`: another holds the run. */
export type Committed = {
  readonly outcome: 'more' | 'done' | 'held' | 'lost';
  /** The run's own numbers were among it. */
  readonly numbers: boolean;
};

export interface RunWriter {
  /** As of the last append. */
  readonly at: RunAt;
  transition(trigger: Trigger, delta?: Omit<RunDelta, 'state' | 'step'>): Promise<TransitionResult>;
  /** The next batch of what is pending. `overview`: let the overview know the run's numbers too. */
  commit(pending: Pending, overview: boolean): Promise<Committed>;
  /** False when another holds the run now. */
  renew(): Promise<boolean>;
}

export type RunWriterOptions = {
  readonly log: Log;
  readonly store: RunStore;
  readonly makeEvent: EventMaker;
  readonly newLease: () => Lease;
  readonly at: RunAt;
  readonly leaseVersion: number;
};

export function createRunWriter(options: RunWriterOptions): RunWriter {
  const { log, store, makeEvent, newLease } = options;
  const { id } = options.at.run;
  const own = workflowChannel(id);
  const turns = createTurns();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => turns(id, work);
  let { at, leaseVersion } = options;

  const renewal = () => ({ ...holdLease(id, newLease()), ifVersion: leaseVersion });

  async function append(wanted: Parameters<Log['append']>[0]) {
    const result = await log.append(wanted);
    if (result.ok) leaseVersion = result.versions.at(-1) ?? leaseVersion;
    else if (result.reason === 'unavailable') throw new LogUnavailable(result.detail);
    else if (result.reason !== 'version_moved')
      throw new Error(`The progress of ${id} was not stored: ${result.reason}.`);
    return result;
  }

  function eventsOf(batch: Batch, overview: boolean): ChannelEvent[] {
    const events: ChannelEvent[] = [];
    const { run } = at;
    const made = (input: EventInput) => makeEvent({ subject: id, ...input, ...simulatedMark(run) });
    for (const { channel, event } of batch.events) {
      const told = made(event);
      events.push({ channel: own, event: told });
      if (channel !== null) events.push({ channel: commonChannel(run, channel), event: told });
    }
    for (const step of batch.steps)
      events.push({ channel: own, event: made({ type: 'step.progress', data: { step } }) });
    if (batch.run) {
      const told = made({ type: 'workflow.progress', data: batch.run });
      events.push({ channel: own, event: told });
      if (overview) events.push({ channel: overviewChannel(run), event: told });
    }
    return events;
  }

  async function commitNow(pending: Pending, overview: boolean): Promise<Committed> {
    if (at.run.state !== 'running') return { outcome: 'held', numbers: false };
    if (pending.empty) return { outcome: 'done', numbers: false };
    const batch = pending.peek();
    const appends = appendsFor(id, eventsOf(batch, overview));
    const result = await append({ appends, records: [...batch.records, renewal()] });
    if (!result.ok) return { outcome: 'lost', numbers: false };
    pending.done(batch);
    const [events, span] = [appends[0], result.results[0]];
    if (events?.channel === own && span)
      at = { run: fold(at.run, { ...events, epoch: span.epoch, first: span.first }), offset: span.last };
    return { outcome: batch.last ? 'done' : 'more', numbers: batch.run !== null };
  }

  return {
    get at() {
      return at;
    },
    transition: (trigger, delta = {}) =>
      inOrder(async () => {
        const to = next(at.run.state, trigger);
        const over = typeof to === 'string' && isTerminal(to);
        const lease = to === 'running' ? holdLease(id, newLease()) : over ? dropLease(id) : freeLease(id);
        const result = await store.transition(at, { trigger, delta, records: [lease] });
        if (result.outcome === 'done') {
          at = { run: result.run, offset: result.offset };
          leaseVersion = result.versions[0] ?? leaseVersion;
        }
        return result;
      }),
    commit: (pending, overview) => inOrder(() => commitNow(pending, overview)),
    renew: () =>
      inOrder(async () =>
        at.run.state === 'running' ? (await append({ appends: [], records: [renewal()] })).ok : true,
      ),
  };
}

function fold(
  run: RunSnapshot,
  {
    channel,
    epoch,
    first,
    events,
  }: { channel: string; epoch: string; first: number; events: readonly ChannelEvent['event'][] },
): RunSnapshot {
  return events.reduce(
    (run, event, at) => applyDelta(run, { channel, epoch, offset: first + at, event }),
    run,
  );
}
