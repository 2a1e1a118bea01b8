import type { RunSnapshot, RunState } from '@greenlight/protocol/run';
import { Link } from 'wouter';
import { classes } from '../../components/classes.ts';
import { formatCount } from '../../components/format.ts';
import { RunStateMark } from '../../components/run-state.tsx';

const SHOWN = ['running', 'queued', 'stalled', 'failed'] as const satisfies readonly RunState[];
const LOUD = { running: 'text-live', queued: 'text-ink', stalled: 'text-warn', failed: 'text-bad' } as const;

/** How many runs are in the states that matter now. Each leads to them. */
export function RunCounts({ runs, known }: { runs: readonly RunSnapshot[]; known: boolean }) {
  return (
    <ul
      className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line md:grid-cols-4"
      aria-label="Runs by state"
    >
      {SHOWN.map((state) => {
        const count = runs.filter((run) => run.state === state).length;
        return (
          <li key={state} className="bg-surface">
            <Link href={`/runs?state=${state}`} className="block px-4 py-3 hover:bg-hover">
              <span className="text-xs text-muted">
                <RunStateMark state={state} />
              </span>
              <span
                data-count={state}
                className={classes(
                  'mt-1 block text-2xl font-semibold',
                  count > 0 ? LOUD[state] : 'text-faint',
                )}
              >
                {known ? formatCount(count) : '–'}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
