import type { RunSnapshot } from '@greenlight/protocol/run';
import { Link } from 'wouter';
import { Ago } from '../../components/ago.tsx';
import { formatCount, formatDuration } from '../../components/format.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { RUN_STATE_LOOKS, RunStateMark } from '../../components/run-state.tsx';
import { Scroller } from '../../components/scroller.tsx';
import { SimulatedMark } from '../../components/simulated.tsx';
import { severityCounts, SeverityTally } from '../../components/severity.tsx';
import { useRows } from '../../components/use-rows.ts';
import { useNow } from '../../data/clock.ts';
import { isSimulatedRun } from '../../data/simulated.ts';

const ROW = 52;
const COLUMNS =
  'grid grid-cols-[minmax(0,1fr)_7rem] md:grid-cols-[7rem_minmax(0,1fr)_10rem_8rem_5rem_6rem] items-center gap-x-4 px-4 md:px-6';
const WIDE = 'hidden md:block';

/** A real table, laid out as a grid so that its rows can be placed one by one. */
export function RunTable({ runs }: { runs: readonly RunSnapshot[] }) {
  const { scroller, rows } = useRows({
    count: runs.length,
    height: () => ROW,
    key: (index) => runs[index]?.id ?? index,
  });
  return (
    <Scroller ref={scroller} label="Table of runs" className="min-h-0 flex-1">
      <table className="block text-left" aria-label="Runs" aria-rowcount={runs.length + 1}>
        <thead className="sticky top-0 z-10 block border-y border-line bg-sunken text-xs text-muted [&_th]:font-normal">
          <tr className={`${COLUMNS} h-8`}>
            <th className={WIDE}>State</th>
            <th>Run</th>
            <th>Progress</th>
            <th className={WIDE}>Findings</th>
            <th className={WIDE}>Took</th>
            <th className={`${WIDE} text-right`}>Created</th>
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const run = runs[index];
            return run && <Row key={key} run={run} index={index} top={start} />;
          })}
        </tbody>
      </table>
    </Scroller>
  );
}

function Row({ run, index, top }: { run: RunSnapshot; index: number; top: number }) {
  const { progress, counts, state } = run;
  return (
    <tr
      aria-rowindex={index + 2}
      data-run={run.id}
      data-state={state}
      className={`${COLUMNS} absolute inset-x-0 h-13 border-b border-line hover:bg-hover`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <td className={WIDE}>
        <RunStateMark state={state} />
      </td>
      <td className="min-w-0">
        <span className="flex items-center gap-1.5">
          <Link href={`/runs/${run.id}`} className="truncate font-medium after:absolute after:inset-0">
            {run.title}
          </Link>
          {isSimulatedRun(run) && <SimulatedMark />}
        </span>
        <span className="block truncate text-xs text-muted">
          <span className="md:hidden">{RUN_STATE_LOOKS[state].word} · </span>
          {run.kind} · {run.owner}
        </span>
      </td>
      <td className="min-w-0">
        <span className="mb-1 block truncate text-xs text-muted">
          {formatCount(progress.completed)}
          {progress.total !== undefined && ` of ${formatCount(progress.total)}`} {progress.unit}
        </span>
        <ProgressBar progress={progress} state={state} label={`Progress of ${run.title}`} />
      </td>
      <td className={WIDE}>
        <SeverityTally counts={severityCounts(counts)} none={run.kind === 'validation' ? 'none' : '–'} />
      </td>
      <td className={`${WIDE} text-muted`}>
        <Took run={run} />
      </td>
      <td className={`${WIDE} text-right text-muted`}>
        <Ago at={run.createdAt} />
      </td>
    </tr>
  );
}

function Took({ run }: { run: RunSnapshot }) {
  const now = useNow();
  if (run.startedAt === undefined) return <>–</>;
  const end = run.endedAt === undefined ? now : Date.parse(run.endedAt);
  return <>{formatDuration(end - Date.parse(run.startedAt))}</>;
}
