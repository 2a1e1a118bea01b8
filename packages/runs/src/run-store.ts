/** Runs as the log keeps them: a record as of the last transition, and the channel's events after it. */
import type { Append, ChannelAppend, Log, RecordWrite } from '@greenlight/log/log';
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import { applyDelta } from '@greenlight/protocol/apply-delta';
import { workflowChannel } from '@greenlight/protocol/channel';
import { type Event, simulatedMark } from '@greenlight/protocol/event';
import { isTerminal, type RunDelta, type RunSnapshot } from '@greenlight/protocol/run';
import { EVENT_OF, next, type Trigger } from './machine.ts';
import { appendsFor, type EventMaker, overviewChannel } from './run-events.ts';

export const RUNS = 'runs';
export const RUN_STEPS = 'run_steps';

/** A run as of `offset` of its channel. */
export type RunAt = { readonly run: RunSnapshot; readonly offset: number };

export type Transition = {
  readonly trigger: Trigger;
  readonly delta?: Omit<RunDelta, 'state' | 'step'>;
  /** State that changes with it. */
  readonly records?: readonly RecordWrite[];
  /** Also refuse when any event came after `offset`, so that what was folded is what is stored. */
  readonly expectHead?: boolean;
};

export type TransitionResult =
  | ({ readonly outcome: 'done'; readonly versions: readonly number[] } & RunAt)
  /** The state does not allow it. */
  | { readonly outcome: 'refused'; readonly detail: string }
  /** Somebody else was first; look again. */
  | { readonly outcome: 'moved' };

export interface RunStore {
  create(run: RunSnapshot): Promise<RunAt>;
  load(id: string): Promise<RunAt | null>;
  transition(from: RunAt, transition: Transition): Promise<TransitionResult>;
  /** Newest first, as of their last transitions. */
  pages(from?: {
    readonly before?: string | undefined;
    readonly size?: number;
  }): AsyncGenerator<readonly RunSnapshot[]>;
}

const snapshotOf = (value: unknown, version: number): RunSnapshot => ({
  ...(value as RunSnapshot),
  transition: version,
});

/** Every transition and the creation: record and events in one append. */
function announced(run: RunSnapshot, event: Event): { channel: string; events: readonly Event[] }[] {
  return appendsFor(run.id, [
    { channel: workflowChannel(run.id), event },
    { channel: overviewChannel(run), event },
  ]);
}

const PAGE = 500;

export function createRunStore(log: Log, makeEvent: EventMaker): RunStore {
  async function append(wanted: Append) {
    const result = await log.append(wanted);
    if (!result.ok && result.reason === 'unavailable') throw new LogUnavailable(result.detail);
    return result;
  }

  return {
    async create(run) {
      const event = makeEvent({
        type: 'workflow.created',
        subject: run.id,
        data: run,
        ...simulatedMark(run),
      });
      const result = await append({
        appends: announced(run, event),
        records: [{ collection: RUNS, id: run.id, value: run, at: 0, ifVersion: 0 }],
      });
      if (!result.ok) throw new Error(`The new run ${run.id} was not stored: ${result.reason}.`);
      const offset = result.versions[0] ?? 1;
      return { run: { ...run, transition: offset }, offset };
    },

    async load(id) {
      const record = await log.record(RUNS, id);
      if (!record) return null;
      const channel = workflowChannel(id);
      let run = snapshotOf(record.value, record.version);
      if (isTerminal(run.state)) return { run, offset: (await log.head(channel)).offset };
      for (let offset = record.version; ;) {
        const { epoch, entries, head } = await log.read(channel, { after: offset });
        for (const entry of entries)
          run = applyDelta(run, {
            channel,
            epoch,
            offset: entry.offset,
            event: JSON.parse(entry.json) as Event,
          });
        offset = entries.at(-1)?.offset ?? head;
        if (offset >= head) return { run, offset };
      }
    },

    async transition(from, { trigger, delta, records = [], expectHead = false }) {
      const { run } = from;
      const to = next(run.state, trigger);
      if (typeof to === 'object') return { outcome: 'refused', detail: to.refused };
      const data: RunDelta = { state: to, ...delta, progress: run.progress, counts: run.counts };
      const event = makeEvent({
        type: EVENT_OF[trigger],
        subject: run.id,
        data,
        ...simulatedMark(run),
        ...simulatedMark(delta),
      });
      const at = (offset: number): RunSnapshot =>
        applyDelta(run, { channel: workflowChannel(run.id), epoch: '', offset, event });
      const [own, ...others] = announced(run, event) as [ChannelAppend, ...ChannelAppend[]];
      const result = await append({
        appends: [expectHead ? { ...own, expectHead: from.offset } : own, ...others],
        records: [
          // The record's version is the transition's offset; `transition` in its value is not read back.
          {
            collection: RUNS,
            id: run.id,
            value: at(run.transition),
            at: 0,
            ifVersion: run.transition,
          },
          ...records,
        ],
      });
      if (!result.ok) return { outcome: 'moved' };
      const [offset = 0, ...versions] = result.versions;
      return { outcome: 'done', run: at(offset), offset, versions };
    },

    async *pages({ before, size = PAGE } = {}) {
      for (let after = before; ;) {
        const records = await log.records(RUNS, {
          descending: true,
          limit: size,
          ...(after !== undefined && { after }),
        });
        if (records.length > 0) yield records.map(({ value, version }) => snapshotOf(value, version));
        if (records.length < size) return;
        after = records.at(-1)?.id;
      }
    },
  };
}
