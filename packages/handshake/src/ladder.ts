/** The ladder: ordered checks, the first that fails decides, the rest is not reached. */
import { type CheckedStage, type Stage, STAGES } from '@greenlight/protocol/codes';
import type { Failure } from './verdict.ts';

/** A check passes with null. It may be asynchronous: whoever climbs passes I/O in; this package does none. */
export type Rung = { readonly stage: Stage; readonly check: () => Failure | null | Promise<Failure | null> };

export type Climb = {
  readonly failed: { readonly stage: Stage; readonly failure: Failure } | null;
  readonly checked: readonly CheckedStage[];
};

/** One object for each stage: thousands of attempts that are kept have passed the same ones. */
const PASSED = Object.fromEntries(
  STAGES.map((stage) => [stage, { stage, outcome: 'passed' }]),
) as unknown as Readonly<Record<Stage, CheckedStage>>;

export async function climb(rungs: readonly Rung[]): Promise<Climb> {
  const checked: CheckedStage[] = [];
  for (const [at, { stage, check }] of rungs.entries()) {
    const answer = check();
    // Most checks answer at once, and a turn of the queue for each of them is felt when thousands come.
    const failure = answer instanceof Promise ? await answer : answer;
    checked.push(failure ? { stage, outcome: 'failed' } : PASSED[stage]);
    if (failure) {
      for (const later of rungs.slice(at + 1)) checked.push({ stage: later.stage, outcome: 'not_reached' });
      return { failed: { stage, failure }, checked };
    }
  }
  return { failed: null, checked };
}
