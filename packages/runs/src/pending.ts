/**
 * What a run reported and the log does not have yet. Pure. Numbers replace each other (only the latest counts);
 * records and events queue up in order and are never dropped.
 */
import type { RecordWrite } from '@greenlight/log/log';
import type { EventInput } from '@greenlight/protocol/event';
import type { RunProgress, StepSnapshot } from '@greenlight/protocol/run';

export type PendingItem = {
  /** Channel null: only the run's own. */
  readonly events: readonly { readonly channel: string | null; readonly event: EventInput }[];
  readonly records: readonly RecordWrite[];
};

/** What one append takes. */
export type Batch = PendingItem & {
  readonly items: number;
  readonly steps: readonly StepSnapshot[];
  readonly run: RunNumbers | null;
  /** Nothing is left after it. */
  readonly last: boolean;
};

export type RunNumbers = {
  readonly progress: RunProgress;
  readonly counts: Readonly<Record<string, number>>;
};

export interface Pending {
  readonly empty: boolean;
  /** How many items were added so far, and how many of them are in the log. */
  readonly reported: number;
  readonly committed: number;
  add(item: PendingItem): void;
  /** The step's numbers changed. */
  touchStep(step: StepSnapshot): void;
  /** An event that is queued carries the step's latest numbers already. */
  forgetStep(id: string): void;
  touchRun(numbers: RunNumbers): void;
  /** What to append next; the same until `done`. */
  peek(): Batch;
  /** `batch` is in the log. */
  done(batch: Batch): void;
  clear(): void;
}

const sizeOf = ({ events, records }: PendingItem): number => events.length + records.length;

/** At most `maxWrites` records and events in a batch. Numbers travel with the last batch. */
export function createPending(maxWrites: number): Pending {
  let items: PendingItem[] = [];
  let committed = 0;
  const steps = new Map<string, StepSnapshot>();
  let run: RunNumbers | null = null;

  const isEmpty = (): boolean => items.length === 0 && steps.size === 0 && run === null;

  return {
    get empty() {
      return isEmpty();
    },
    get reported() {
      return committed + items.length;
    },
    get committed() {
      return committed;
    },
    add({ events, records }) {
      let from = 0;
      // Records of an oversized report go ahead of its events, which speak of them.
      for (; records.length - from > maxWrites; from += maxWrites)
        items.push({ events: [], records: records.slice(from, from + maxWrites) });
      items.push({ events, records: records.slice(from) });
    },
    touchStep(step) {
      steps.set(step.id, step);
    },
    forgetStep(id) {
      steps.delete(id);
    },
    touchRun(numbers) {
      run = numbers;
    },
    peek() {
      let taken = 0;
      let size = 0;
      for (const item of items) {
        size += sizeOf(item);
        if (taken > 0 && size > maxWrites) break;
        taken += 1;
      }
      const some = items.slice(0, taken);
      const last = taken === items.length;
      return {
        items: taken,
        events: some.flatMap(({ events }) => events),
        records: some.flatMap(({ records }) => records),
        steps: last ? [...steps.values()] : [],
        run: last ? run : null,
        last,
      };
    },
    done(batch) {
      items = items.slice(batch.items);
      committed += batch.items;
      for (const step of batch.steps) if (steps.get(step.id) === step) steps.delete(step.id);
      if (run === batch.run) run = null;
    },
    clear() {
      items = [];
      steps.clear();
      run = null;
    },
  };
}
