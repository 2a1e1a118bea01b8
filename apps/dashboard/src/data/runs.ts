/** All runs, live: pages from REST, then the events of `workflows`. Shared by every page that shows runs. */
import type { Publication } from '@greenlight/protocol/event';
import { userChannel } from '@greenlight/protocol/channel';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { failureOf, get, type Listing } from './api.ts';
import type { Failure } from './failure.ts';
import { watch } from './live.ts';
import { applyToList, mergeRuns } from './run-list.ts';
import { createStore } from './store.ts';

export type RunsState = {
  /** Newest first. */
  readonly runs: readonly RunSnapshot[];
  readonly loaded: 'nothing' | 'some' | 'all';
  readonly failure: Failure | null;
};

const EMPTY: RunsState = { runs: [], loaded: 'nothing', failure: null };
export const runs = createStore<RunsState>(EMPTY);

const PAGE = 500;
/** The page holds no more than the newest so many. */
export const RUNS_KEPT = 20_000;

async function loadPages(alive: () => boolean): Promise<void> {
  let before: string | undefined;
  try {
    do {
      const page = await get<Listing<RunSnapshot>>('/api/v1/workflows', { limit: PAGE, before });
      if (!alive()) return;
      const known = runs.get();
      const merged = mergeRuns(known.runs, page.items);
      before = page.next ?? undefined;
      const more = before !== undefined && merged.length < RUNS_KEPT;
      runs.set({ runs: merged, loaded: more ? 'some' : 'all', failure: null });
      if (!more) return;
    } while (before !== undefined);
  } catch (error) {
    if (alive()) runs.set({ ...runs.get(), failure: failureOf(error) });
  }
}

async function loadRun(id: string, alive: () => boolean): Promise<void> {
  try {
    const run = await get<RunSnapshot>(`/api/v1/workflows/${encodeURIComponent(id)}`);
    if (alive()) runs.set({ ...runs.get(), runs: mergeRuns(runs.get().runs, [run]) });
  } catch {
    // It is private or gone: then it does not belong in the list.
  }
}

/** Keeps `runs` up to date for a signed-in user. Gives the function that stops it. */
export function followRuns(user: string): () => void {
  let on = true;
  const alive = (): boolean => on;
  const take = (publications: readonly Publication[]): void => {
    const about = publications.filter(({ event }) => /^(workflow|step)\./.test(event.type));
    if (about.length === 0) return;
    const change = applyToList(runs.get().runs, about);
    runs.set({ ...runs.get(), runs: change.runs });
    if (runs.get().loaded === 'all') for (const id of change.unknown) void loadRun(id, alive);
  };
  let loading = false;
  const load = async (): Promise<void> => {
    if (loading) return;
    loading = true;
    await loadPages(alive);
    loading = false;
  };
  // The list is read after the subscription began, so nothing falls between the two; after a gap it is read again.
  const ends = ['workflows', userChannel(user)].map((channel) =>
    watch(channel, {
      onPublications: take,
      onOutcome: ({ outcome }) => {
        if (runs.get().loaded !== 'all' || outcome === 'reset') void load();
      },
    }),
  );
  return () => {
    on = false;
    for (const end of ends) end();
    runs.set(EMPTY);
  };
}
