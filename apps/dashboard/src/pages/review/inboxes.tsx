import type { RecommendationState } from '@greenlight/protocol/review';
import { classes } from '../../components/classes.ts';

const NAMES = {
  open: 'Open',
  approved: 'Approved',
  applied: 'Applied',
  rejected: 'Rejected',
  undone: 'Undone',
} as const satisfies Record<RecommendationState, string>;

type Props = { inbox: RecommendationState; onChoose: (state: RecommendationState) => void };

export function Inboxes({ inbox, onChoose }: Props) {
  return (
    <div className="flex shrink-0 items-center gap-1 overflow-x-auto border-b border-line px-3 py-2 md:px-5">
      <fieldset className="flex gap-1">
        <legend className="sr-only">Inbox</legend>
        {(Object.keys(NAMES) as RecommendationState[]).map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={inbox === state}
            onClick={() => onChoose(state)}
            className={classes(
              'h-7 shrink-0 rounded-md px-2.5 text-sm font-medium',
              inbox === state ? 'bg-selected text-ink' : 'text-muted hover:bg-hover hover:text-ink',
            )}
          >
            {NAMES[state]}
          </button>
        ))}
      </fieldset>
      <p className="ml-auto hidden shrink-0 text-xs text-muted lg:block">
        <Key>j</Key> <Key>k</Key> next and previous · <Key>a</Key> approve · <Key>r</Key> reject
      </p>
    </div>
  );
}

const Key = ({ children }: { children: string }) => (
  <kbd className="rounded border border-line-strong bg-surface px-1 font-sans text-2xs">{children}</kbd>
);
