/** What the ladder says about one attempt. */
import type { CheckedStage, RefusedCode, Stage } from '@greenlight/protocol/codes';
import type { Identity } from './identity.ts';

/** One failed check. `detail` is for the caller in the `full` tier; `operator` holds what only the operator may see. */
export type Failure = {
  readonly code: RefusedCode;
  /** One sentence about this attempt, with no credential in it. The table's sentence if absent. */
  readonly detail?: string;
  /** What to do about it, where that is something else than what the table says. */
  readonly fix?: string;
  readonly retryAfterMs?: number;
  /** Facts for the operator's trace: never a credential. */
  readonly operator?: Readonly<Record<string, string | number | boolean>>;
};

export type Verdict =
  | {
      readonly outcome: 'accepted';
      readonly identity: Identity | null;
      readonly checked: readonly CheckedStage[];
    }
  | {
      readonly outcome: 'refused';
      readonly stage: Stage;
      readonly failure: Failure;
      readonly checked: readonly CheckedStage[];
    };
