/** The list of runs, newest first, under the events of the channel `workflows`. Pure. */
import { applyDelta } from '@greenlight/protocol/apply-delta';
import type { Publication } from '@greenlight/protocol/event';
import type { RunSnapshot } from '@greenlight/protocol/run';

/** Ids sort by time. */
const newestFirst = (one: RunSnapshot, other: RunSnapshot): number =>
  one.id < other.id ? 1 : one.id > other.id ? -1 : 0;

/** `incoming` wins over what is there. */
export function mergeRuns(
  runs: readonly RunSnapshot[],
  incoming: readonly RunSnapshot[],
): readonly RunSnapshot[] {
  if (incoming.length === 0) return runs;
  const byId = new Map(runs.map((run) => [run.id, run]));
  for (const run of incoming) byId.set(run.id, run);
  return [...byId.values()].toSorted(newestFirst);
}

/** The run that an event of `workflows` is about. */
export const runIdOf = ({ event }: Publication): string | null => event.subject ?? null;

export type ListChange = {
  readonly runs: readonly RunSnapshot[];
  /** Runs that events spoke of and the list does not hold: to be asked for. */
  readonly unknown: ReadonlySet<string>;
};

export function applyToList(runs: readonly RunSnapshot[], publications: readonly Publication[]): ListChange {
  const at = new Map(runs.map((run, index) => [run.id, index]));
  const next = [...runs];
  const unknown = new Set<string>();
  for (const publication of publications) {
    const id = runIdOf(publication);
    if (id === null) continue;
    const index = at.get(id);
    const run = index === undefined ? undefined : next[index];
    if (publication.event.type === 'workflow.created') {
      // A run that is listed is at least as far as its creation.
      if (index !== undefined) continue;
      at.set(id, next.length);
      next.push(publication.event.data as RunSnapshot);
    } else if (index === undefined || run === undefined) unknown.add(id);
    // Offsets of `workflows` are not those of the run's own channel, which `transition` is about.
    else next[index] = { ...applyDelta(run, publication), transition: run.transition };
  }
  return { runs: next.length === runs.length ? next : next.toSorted(newestFirst), unknown };
}
