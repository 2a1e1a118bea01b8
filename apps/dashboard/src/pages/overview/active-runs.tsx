import type { RunSnapshot } from '@greenlight/protocol/run';
import { CircleCheck } from 'lucide-react';
import { Link } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/empty.tsx';
import { formatCount } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { RunStateMark } from '../../components/run-state.tsx';
import { SimulatedMark } from '../../components/simulated.tsx';
import { maySteer, type Me } from '../../data/session.ts';
import { isSimulatedRun } from '../../data/simulated.ts';
import { openStartDialog } from '../start/start-dialog-state.ts';

const SHOWN = 8;

type Props = { runs: readonly RunSnapshot[]; known: boolean; me: Me };

/** What is running and how far. */
export function ActiveRuns({ runs, known, me }: Props) {
  return (
    <Panel
      title="Now"
      aside={runs.length > SHOWN && <Link href="/runs">All {formatCount(runs.length)}</Link>}
    >
      {runs.length === 0 ? (
        <Empty
          icon={CircleCheck}
          title={known ? 'Nothing is running' : 'Looking'}
          action={
            known && maySteer(me) && <Button onClick={() => openStartDialog()}>Start a validation</Button>
          }
        >
          {known ? 'What runs, here or reported by another process, shows its progress here.' : undefined}
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
                    {isSimulatedRun(run) && <SimulatedMark />}
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
