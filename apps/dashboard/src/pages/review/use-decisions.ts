import type { Recommendation } from '@greenlight/protocol/review';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { plural } from '../../components/format.ts';
import { notify, reportFailure } from '../../components/toasts.tsx';
import { decide, mayDecide, type Decision } from '../../data/recommendations.ts';

export type Decisions = {
  /** What is under way, if anything. */
  readonly deciding: Decision | null;
  decide(recommendations: readonly Recommendation[], decision: Decision): Promise<void>;
};

const DONE = {
  approve: 'approved',
  reject: 'rejected',
  apply: 'applied',
  undo: 'undone',
} as const satisfies Record<Decision, string>;

/** Decides, says what could not be done and why, and reads the lists again. */
export function useDecisions(): Decisions {
  const queries = useQueryClient();
  const [deciding, setDeciding] = useState<Decision | null>(null);
  return {
    deciding,
    async decide(recommendations, decision) {
      const possible = recommendations.filter((recommendation) => mayDecide(recommendation, decision));
      if (possible.length === 0 || deciding !== null) return;
      setDeciding(decision);
      try {
        const outcomes = await decide(possible, decision);
        const failed = outcomes.filter((outcome) => !outcome.ok);
        const [first] = failed;
        if (first)
          notify({
            id: 'decision',
            tone: 'bad',
            title:
              failed.length === 1
                ? 'That could not be done'
                : `${plural(failed.length, 'decision')} could not be done`,
            detail: first.detail,
          });
        else if (possible.length > 1)
          notify({
            id: 'decision',
            tone: 'plain',
            title: `${plural(possible.length, 'recommendation')} ${DONE[decision]}`,
          });
      } catch (error) {
        reportFailure(error);
      }
      await queries.invalidateQueries({ queryKey: ['recommendations'] });
      setDeciding(null);
    },
  };
}
