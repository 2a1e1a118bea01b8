import { isTerminal, type RunSnapshot } from '@greenlight/protocol/run';
import type { ReactNode } from 'react';
import { Ago } from '../../components/ago.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatCount, formatDuration } from '../../components/format.ts';
import { ProgressBar, shareOf } from '../../components/progress-bar.tsx';
import { RunStateMark } from '../../components/run-state.tsx';
import { SimulatedMark, UserName } from '../../components/simulated.tsx';
import { severityCounts, SeverityTally } from '../../components/severity.tsx';
import { useNow } from '../../data/clock.ts';
import { isSimulatedRun } from '../../data/simulated.ts';
import { timeLeft, type Sample } from '../../data/time-left.ts';

/** Why it is in this state; of a completed run there is nothing to explain. */
function noteOn({ state, reason, progress }: RunSnapshot): string | undefined {
  if (state === 'completed') return undefined;
  return reason ?? (isTerminal(state) ? undefined : progress.message);
}

/** State, how far, and how long still. */
export function RunHeader({ run, samples }: { run: RunSnapshot; samples: readonly Sample[] }) {
  const { progress, state, counts } = run;
  const share = shareOf(progress);
  const note = noteOn(run);
  const left = timeLeft(samples, progress.total);
  return (
    <section
      aria-label="Progress"
      className="rounded-lg border border-line bg-surface px-4 py-3.5"
      data-run-state={state}
    >
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="self-center text-base font-semibold">
          <RunStateMark state={state} />
        </span>
        <span className="text-muted" data-progress>
          {formatCount(progress.completed)}
          {progress.total !== undefined && ` of ${formatCount(progress.total)}`} {progress.unit}
        </span>
        {isSimulatedRun(run) && <SimulatedMark />}
        <span className="ml-auto text-muted">
          {state === 'running' && left !== null && <>about {formatDuration(left)} left</>}
          {state === 'running' && left === null && share !== null && <>{Math.floor(share * 100)} %</>}
        </span>
      </div>
      <div className="mt-2.5">
        <ProgressBar progress={progress} state={state} label="Progress of this run" thick />
      </div>
      {note !== undefined && (
        <p className={state === 'failed' ? 'mt-2 text-bad' : 'mt-2 text-muted'}>{note}</p>
      )}
      <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-2 text-xs">
        <Fact name="Findings">
          <SeverityTally counts={severityCounts(counts)} />
        </Fact>
        <Fact name="Took">
          <Took run={run} />
        </Fact>
        <Fact name="Created">
          <Ago at={run.createdAt} /> by <UserName user={run.owner} />
        </Fact>
        <Fact name="Kind">{run.kind}</Fact>
        <Fact name="Id">
          <span className="inline-flex items-center gap-1 font-mono">
            {run.id}
            <CopyButton text={run.id} label="Copy the run id" />
          </span>
        </Fact>
        {run.autoResumed > 0 && <Fact name="Resumed">by itself after a restart</Fact>}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted">{name}</dt>
      <dd className="flex min-h-5 items-center gap-1">{children}</dd>
    </div>
  );
}

function Took({ run }: { run: RunSnapshot }) {
  const now = useNow();
  if (run.startedAt === undefined) return <>not started</>;
  return (
    <>
      {formatDuration(
        (run.endedAt === undefined ? now : Date.parse(run.endedAt)) - Date.parse(run.startedAt),
      )}
    </>
  );
}
