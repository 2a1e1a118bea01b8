import type { CheckedStage, StageOutcome } from '@greenlight/protocol/codes';
import { Check, Dot, X, type LucideIcon } from 'lucide-react';
import { classes } from '../../components/classes.ts';

type Look = { word: string; icon: LucideIcon; colour: string; line: string };

/** Words, shape and colour of each outcome: never colour alone. */
const LOOKS = {
  passed: { word: 'passed', icon: Check, colour: 'text-live', line: 'border-live-fill' },
  failed: { word: 'failed', icon: X, colour: 'text-bad', line: 'border-bad-fill' },
  not_reached: { word: 'not reached', icon: Dot, colour: 'text-faint', line: 'border-line-strong' },
} as const satisfies Record<StageOutcome, Look>;

/** The checks of an attempt in their order: the first that fails decides, the rest is not reached. */
export function Ladder({ checked }: { checked: readonly CheckedStage[] }) {
  return (
    <ol aria-label="Ladder" data-ladder className="grid grid-cols-2 gap-1.5 sm:grid-cols-5 xl:grid-cols-10">
      {checked.map(({ stage, outcome }) => {
        const { word, icon: Icon, colour, line } = LOOKS[outcome];
        return (
          <li
            key={stage}
            data-stage={stage}
            data-outcome={outcome}
            className={classes('min-w-0 border-t-2 pt-1', line)}
          >
            <span className="block truncate text-xs font-medium">{stage}</span>
            <span className={classes('flex items-center gap-1 text-2xs whitespace-nowrap', colour)}>
              <Icon className="size-3 shrink-0" aria-hidden />
              {word}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** The same as shapes only, for a line of a table whose words say the outcome. */
export function SmallLadder({ checked }: { checked: readonly CheckedStage[] }) {
  return (
    <span className="flex" aria-hidden>
      {checked.map(({ stage, outcome }) => {
        const { icon: Icon, colour, word } = LOOKS[outcome];
        return (
          <span key={stage} title={`${stage}: ${word}`}>
            <Icon className={classes('size-3', colour)} />
          </span>
        );
      })}
    </span>
  );
}
