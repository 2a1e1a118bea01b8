/** What other rooms ask of review: look at results, decide on recommendations, apply and undo them. */
import type { Recommendation, RecommendationState, Validation } from '@greenlight/protocol/review';

export type ReviewAction = 'approve' | 'reject' | 'apply' | 'undo';

export type ReviewResult =
  | { readonly ok: true; readonly recommendation: Recommendation }
  | {
      readonly ok: false;
      readonly code:
        | 'not_found'
        | 'state_conflict'
        | 'invalid_input'
        | 'channel_forbidden'
        | 'storage_unavailable';
      readonly detail: string;
    };

export type ReviewFilter = {
  readonly workflow?: string;
  readonly state?: RecommendationState;
  readonly after?: string;
  /** Default 100, at most 1,000. */
  readonly limit?: number;
};

/** `version`: the one the reviewer saw; another one is `state_conflict`. Absent: whatever it is now. */
export type Reviewer = { readonly user: string; readonly version?: number; readonly simulated?: true };

export interface Review {
  validations(filter?: Pick<ReviewFilter, 'workflow' | 'after' | 'limit'>): Promise<readonly Validation[]>;
  validation(id: string): Promise<Validation | null>;
  recommendations(filter?: ReviewFilter): Promise<readonly Recommendation[]>;
  recommendation(id: string): Promise<Recommendation | null>;
  decide(id: string, action: ReviewAction, by: Reviewer): Promise<ReviewResult>;
}
