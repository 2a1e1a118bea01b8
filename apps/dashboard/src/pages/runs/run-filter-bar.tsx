import { RUN_STATES, type RunSnapshot, type RunState } from '@greenlight/protocol/run';
import { useMemo } from 'react';
import { SearchField } from '../../components/search-field.tsx';
import { formatCount } from '../../components/format.ts';
import { RUN_STATE_LOOKS } from '../../components/run-state.tsx';
import { classes } from '../../components/classes.ts';
import { RUNS_KEPT } from '../../data/runs.ts';
import type { RunFilter } from './run-filter.ts';

type Props = {
  runs: readonly RunSnapshot[];
  filter: RunFilter;
  shown: number;
  complete: boolean;
  onChange: (filter: RunFilter) => void;
};

export function RunFilterBar({ runs, filter, shown, complete, onChange }: Props) {
  const counts = useMemo(() => {
    const byState = new Map<RunState, number>();
    for (const { state } of runs) byState.set(state, (byState.get(state) ?? 0) + 1);
    return byState;
  }, [runs]);
  const kinds = useMemo(() => [...new Set(runs.map(({ kind }) => kind))].toSorted(), [runs]);
  return (
    <div className="flex shrink-0 flex-col gap-2.5 px-4 py-3 md:px-6">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Search runs"
          value={filter.text}
          onChange={(text) => onChange({ ...filter, text })}
          className="w-full sm:w-64"
        />
        {(kinds.length > 1 || filter.kind !== null) && (
          <select
            aria-label="Kind"
            value={filter.kind ?? ''}
            onChange={({ target }) => onChange({ ...filter, kind: target.value || null })}
            className="h-8 rounded-md border border-line-strong bg-surface px-2"
          >
            <option value="">Every kind</option>
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        )}
        <output className="ml-auto text-xs text-muted">
          {formatCount(shown)} {shown === 1 ? 'run' : 'runs'}
          {!complete && ', reading more'}
          {runs.length >= RUNS_KEPT && `, of the newest ${formatCount(RUNS_KEPT)}`}
        </output>
      </div>
      <fieldset className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 py-0.5">
        <legend className="sr-only">State</legend>
        <Chip
          chosen={filter.state === null}
          onChoose={() => onChange({ ...filter, state: null })}
          count={runs.length}
        >
          All
        </Chip>
        {RUN_STATES.map((state) => (
          <Chip
            key={state}
            chosen={filter.state === state}
            onChoose={() => onChange({ ...filter, state: filter.state === state ? null : state })}
            count={counts.get(state) ?? 0}
          >
            {RUN_STATE_LOOKS[state].word}
          </Chip>
        ))}
      </fieldset>
    </div>
  );
}

type ChipProps = { chosen: boolean; count: number; onChoose: () => void; children: string };

function Chip({ chosen, count, onChoose, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className={classes(
        'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium',
        chosen
          ? 'border-control bg-selected text-ink'
          : 'border-line bg-surface text-muted hover:bg-hover hover:text-ink',
      )}
    >
      {children}
      <span className={chosen ? 'text-muted' : 'text-faint'}>{formatCount(count)}</span>
    </button>
  );
}
