/** What a reviewer may do with a recommendation in each of its states. Pure and total. */
import type { RecommendationState } from '@greenlight/protocol/review';
import type { ReviewAction } from '@greenlight/runs/review';

type Cell = RecommendationState | { readonly refused: string };

const refused = (sentence: string): Cell => ({ refused: sentence });
const NOT_APPLIED = refused('It was not applied, so there is nothing to undo.');

export const DECISIONS = {
  open: { approve: 'approved', reject: 'rejected', apply: 'applied', undo: NOT_APPLIED },
  approved: {
    approve: refused('It is approved already.'),
    reject: 'rejected',
    apply: 'applied',
    undo: NOT_APPLIED,
  },
  rejected: {
    approve: 'approved',
    reject: refused('It is rejected already.'),
    apply: refused('It was rejected; approve it first.'),
    undo: NOT_APPLIED,
  },
  applied: {
    approve: refused('It was applied already; undo it first.'),
    reject: refused('It was applied already; undo it first.'),
    apply: refused('It was applied already.'),
    undo: 'undone',
  },
  undone: { approve: 'approved', reject: 'rejected', apply: 'applied', undo: NOT_APPLIED },
} as const satisfies Record<RecommendationState, Record<ReviewAction, Cell>>;

export const decide = (state: RecommendationState, action: ReviewAction): Cell => DECISIONS[state][action];
