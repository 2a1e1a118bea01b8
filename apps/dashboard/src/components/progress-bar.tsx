import type { RunProgress, RunState } from '@greenlight/protocol/run';
import { classes } from './classes.ts';
import { formatCount } from './format.ts';

const FILLS = {
  queued: 'bg-line-strong',
  running: 'bg-live-fill',
  paused: 'bg-faint',
  stalled: 'bg-warn-fill',
  completed: 'bg-faint',
  failed: 'bg-bad-fill',
  cancelled: 'bg-line-strong',
} as const satisfies Record<RunState, string>;

/** 0 to 1, or null while the total is not known. */
export function shareOf({ completed, total }: Pick<RunProgress, 'completed' | 'total'>): number | null {
  if (total === undefined) return null;
  return total === 0 ? 1 : Math.min(1, completed / total);
}

type Props = {
  progress: Pick<RunProgress, 'completed' | 'total' | 'unit'>;
  state: RunState;
  label: string;
  thick?: boolean;
};

export function ProgressBar({ progress, state, label, thick = false }: Props) {
  const share = shareOf(progress);
  const moving = state === 'running';
  const text =
    progress.total === undefined
      ? `${formatCount(progress.completed)} ${progress.unit}`
      : `${formatCount(progress.completed)} of ${formatCount(progress.total)} ${progress.unit}`;
  return (
    <div
      // A progress element cannot be painted the same way in every browser.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={progress.total ?? 100}
      {...(share !== null && { 'aria-valuenow': Math.min(progress.completed, progress.total ?? 0) })}
      aria-valuetext={text}
      className={classes('relative w-full overflow-hidden rounded-full bg-selected', thick ? 'h-1.5' : 'h-1')}
    >
      <div
        // From "not known" to "nothing yet" is no movement.
        key={share === null ? 'unknown' : 'known'}
        className={classes(
          'relative h-full origin-left overflow-hidden rounded-full transition-[width] duration-200 ease-out',
          FILLS[state],
          moving && 'sheen',
        )}
        style={{ width: `${(share ?? (moving ? 1 : 0)) * 100}%` }}
      />
    </div>
  );
}
