/** The counts that a run shows live. */
import { SEVERITIES, type Validation } from '@greenlight/protocol/review';

export type Tally = {
  /** A document's result: new, or instead of an earlier one of the same document. */
  add(now: Pick<Validation, 'counts' | 'verdict'>, before?: Pick<Validation, 'counts' | 'verdict'>): void;
  recommend(count: number): void;
  readonly counts: Readonly<Record<string, number>>;
};

/** `recommendations` goes on from what an earlier life of the run counted; the rest is counted again. */
export function createTally(earlier: Readonly<Record<string, number>>): Tally {
  const counts = {
    error: 0,
    warning: 0,
    info: 0,
    failed: 0,
    recommendations: earlier['recommendations'] ?? 0,
  };
  const change = ({ counts: by, verdict }: Pick<Validation, 'counts' | 'verdict'>, sign: 1 | -1): void => {
    for (const severity of SEVERITIES) counts[severity] += sign * by[severity];
    if (verdict === 'fail') counts.failed += sign;
  };
  return {
    add(now, before) {
      if (before) change(before, -1);
      change(now, 1);
    },
    recommend(count) {
      counts.recommendations = count;
    },
    get counts() {
      return { ...counts };
    },
  };
}
