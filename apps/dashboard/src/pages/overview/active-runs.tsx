import type { RunSnapshot } from '@greenlight/protocol/run';
import { CircleCheck } from 'lucide-react';
import { Link } from 'wouter';
import { Empty } from '../../components/empty.tsx';
import { formatCount } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { RunStateMark } from '../../components/run-state.tsx';

const SHOWN = 8;

/** What is running and how far. */
export function ActiveRuns({ runs, known }: { runs: readonly RunSnapshot[]; known: boolean }) {
  return (
    <Panel
      title="Now"
      aside={runs.length > SHOWN && <Link href="/runs">All {formatCount(runs.length)}</Link>}
    >
      {runs.length === 0 ? (
        <Empty icon={CircleCheck} title={known ? 'Nothing is running' : 'Looking'}>
          {known ? 'Press n to start a validation.' : undefined}
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {runs.slice(0, SHOWN).map((run) => (
            <li key={run.id}>
              <Link href={`/runs/${run.id}`} className="block px-3.5 py-2.5 hover:bg-hover">
                <span className="flex items-center justify-between gap-3">
                  <span className="flex min-w-0 items-center gap-2">
                    <RunStateMark state={run.state} wordless />
                    <span className="truncate font-medium">{run.title}</span>
                  </span>
                  <span className="shrink-0 text-xs text-muted">
                    {formatCount(run.progress.completed)}
                    {run.progress.total !== undefined && ` of ${formatCount(run.progress.total)}`}{' '}
                    {run.progress.unit}
                  </span>
                </span>
                <span className="mt-2 block">
                  <ProgressBar progress={run.progress} state={run.state} label={`Progress of ${run.title}`} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
