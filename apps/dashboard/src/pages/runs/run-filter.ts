/** The runs table's filter, as the address bar carries it. Pure. */
import { RUN_STATES, type RunSnapshot, type RunState } from '@greenlight/protocol/run';

export type RunFilter = {
  readonly state: RunState | null;
  readonly kind: string | null;
  readonly text: string;
};

export function filterFrom(search: URLSearchParams): RunFilter {
  const state = search.get('state');
  return {
    state: RUN_STATES.find((known) => known === state) ?? null,
    kind: search.get('kind'),
    text: search.get('q') ?? '',
  };
}

export function searchFrom({ state, kind, text }: RunFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (state !== null) search.set('state', state);
  if (kind !== null) search.set('kind', kind);
  if (text !== '') search.set('q', text);
  return search;
}

/** Text is looked for in title, id, owner and reason, each word of it. */
export function filterRuns(
  runs: readonly RunSnapshot[],
  { state, kind, text }: RunFilter,
): readonly RunSnapshot[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (state === null && kind === null && words.length === 0) return runs;
  return runs.filter((run) => {
    if (state !== null && run.state !== state) return false;
    if (kind !== null && run.kind !== kind) return false;
    const haystack = `${run.title} ${run.id} ${run.owner} ${run.reason ?? ''}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}
