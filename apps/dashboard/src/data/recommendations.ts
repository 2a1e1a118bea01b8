/** Recommendations and the decisions on them. */
import type { Recommendation, RecommendationState } from '@greenlight/protocol/review';
import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';
import { get, post, type Listing } from './api.ts';
import { watch } from './live.ts';

export type Decision = 'approve' | 'reject' | 'apply' | 'undo';

/** What can be decided in each state; the server has the last word. */
export const DECISIONS = {
  open: ['approve', 'reject', 'apply'],
  approved: ['apply', 'reject'],
  rejected: ['approve'],
  applied: ['undo'],
  undone: ['apply', 'reject'],
} as const satisfies Record<RecommendationState, readonly Decision[]>;

export const mayDecide = ({ state }: Recommendation, decision: Decision): boolean =>
  (DECISIONS[state] as readonly Decision[]).includes(decision);

/** Shown at once; a longer inbox is worked off from its top. */
export const RECOMMENDATIONS_SHOWN = 100;

export const recommendationsQuery = (filter: { workflow?: string; state?: RecommendationState }) =>
  queryOptions({
    queryKey: ['recommendations', filter.workflow ?? null, filter.state ?? null],
    queryFn: async () =>
      (
        await get<Listing<Recommendation>>('/api/v1/recommendations', {
          ...filter,
          limit: RECOMMENDATIONS_SHOWN,
        })
      ).items,
  });

export const useOpenReviews = () => useQuery(recommendationsQuery({ state: 'open' }));

export type DecisionOutcome =
  | { readonly id: string; readonly ok: true; readonly recommendation: Recommendation }
  | { readonly id: string; readonly ok: false; readonly code: string; readonly detail: string };

/** Each names the version that was looked at: whoever decides second is told so. */
export async function decide(
  recommendations: readonly Recommendation[],
  decision: Decision,
): Promise<readonly DecisionOutcome[]> {
  const answer = await post<Listing<DecisionOutcome>>(`/api/v1/recommendations/${decision}`, {
    ids: recommendations.map(({ id }) => id),
    versions: Object.fromEntries(recommendations.map(({ id, version }) => [id, version])),
  });
  return answer.items;
}

/** A run may draft hundreds in a few seconds; the lists, which carry patches, are read at most this often. */
const AGAIN_MS = 2_000;

/** Lists are read again when the channel says that something changed. */
export function followRecommendations(queries: QueryClient): () => void {
  let resting: ReturnType<typeof setTimeout> | undefined;
  let missed = false;
  const again = (): void => {
    missed = resting !== undefined;
    if (missed) return;
    void queries.invalidateQueries({ queryKey: ['recommendations'] });
    resting = setTimeout(() => {
      resting = undefined;
      if (missed) again();
    }, AGAIN_MS);
  };
  const end = watch('recommendations', {
    onPublications: again,
    onOutcome: ({ outcome }) => {
      if (outcome !== 'continued') again();
    },
  });
  return () => {
    end();
    clearTimeout(resting);
  };
}
