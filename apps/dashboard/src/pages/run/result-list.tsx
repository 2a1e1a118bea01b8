import { isTerminal, type RunSnapshot } from '@greenlight/protocol/run';
import { SEVERITIES, type Finding, type Severity } from '@greenlight/protocol/review';
import { ChevronRight, CircleCheck, CircleX, FileSearch, Wrench } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { classes } from '../../components/classes.ts';
import { Empty } from '../../components/empty.tsx';
import { plural } from '../../components/format.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Scroller } from '../../components/scroller.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { SeverityMark, SeverityTally } from '../../components/severity.tsx';
import { useRows } from '../../components/use-rows.ts';
import type { Results } from '../../data/use-validations.ts';
import { resultRows, type ResultRow } from './result-rows.ts';

/** Up to this many documents with findings are open from the start. */
const OPEN_AT_FIRST = 12;

export function ResultList({
  results: { validations, complete, failure },
  run,
}: {
  results: Results;
  run: RunSnapshot;
}) {
  const [text, setText] = useState('');
  const [severity, setSeverity] = useState<Severity | null>(null);
  /** Those whose state is not what it is at first. */
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const wanted = useDeferredValue(text);
  const openAtFirst =
    validations.filter(({ findings }) => findings.length > 0).length <= OPEN_AT_FIRST || wanted !== '';
  const rows = useMemo(
    () => resultRows(validations, { text: wanted, severity }, ({ id }) => turned.has(id) !== openAtFirst),
    [validations, wanted, severity, turned, openAtFirst],
  );
  const turn = (id: string): void => {
    const next = new Set(turned);
    if (!next.delete(id)) next.add(id);
    setTurned(next);
  };

  if (failure && validations.length === 0)
    return (
      <div className="p-3">
        <ProblemNote failure={failure} />
      </div>
    );
  if (validations.length === 0)
    return (
      <Empty
        icon={FileSearch}
        title={
          complete && isTerminal(run.state) ? 'No documents were checked' : 'Waiting for the first document'
        }
      >
        {complete && isTerminal(run.state)
          ? 'Start another validation that names files, folders or globs.'
          : undefined}
      </Empty>
    );
  const files = rows.filter(({ kind }) => kind === 'file').length;
  return (
    <div>
      <div className="flex flex-wrap items-center gap-2 px-3 py-2">
        <SearchField label="Search results" value={text} onChange={setText} className="w-full sm:w-64" />
        <select
          aria-label="Severity"
          value={severity ?? ''}
          onChange={({ target }) => setSeverity(SEVERITIES.find((known) => known === target.value) ?? null)}
          className="h-8 rounded-md border border-line-strong bg-surface px-2"
        >
          <option value="">Every severity</option>
          {SEVERITIES.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
        <output className="ml-auto text-xs text-muted">
          {plural(files, 'document')}
          {!complete && ', reading more'}
        </output>
      </div>
      <Rows rows={rows} onTurn={turn} />
    </div>
  );
}

function Rows({ rows, onTurn }: { rows: readonly ResultRow[]; onTurn: (id: string) => void }) {
  const { scroller, rows: virtual } = useRows({
    count: rows.length,
    height: (index) => (rows[index]?.kind === 'file' ? 37 : 62),
    key: (index) => rows[index]?.key ?? index,
  });
  return (
    <Scroller
      ref={scroller}
      label="Documents and findings"
      className="max-h-[65vh] min-h-40 border-t border-line"
    >
      <ul data-results className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          return (
            row && (
              <li
                key={key}
                data-index={index}
                ref={virtual.measureElement}
                className="absolute inset-x-0"
                style={{ transform: `translateY(${start}px)` }}
              >
                {row.kind === 'file' ? (
                  <FileRow row={row} onTurn={onTurn} />
                ) : (
                  <FindingRow finding={row.finding} />
                )}
              </li>
            )
          );
        })}
      </ul>
    </Scroller>
  );
}

function FileRow({
  row: { validation, findings, open },
  onTurn,
}: {
  row: Extract<ResultRow, { kind: 'file' }>;
  onTurn: (id: string) => void;
}) {
  const failed = validation.verdict === 'fail';
  const Verdict = failed ? CircleX : CircleCheck;
  return (
    <button
      type="button"
      data-file={validation.file}
      data-verdict={validation.verdict}
      aria-expanded={open}
      disabled={findings.length === 0}
      onClick={() => onTurn(validation.id)}
      className="flex min-h-9 w-full items-center gap-2 border-b border-line px-3 py-1.5 text-left enabled:hover:bg-hover disabled:cursor-default"
    >
      <ChevronRight
        className={classes(
          'size-3 shrink-0 text-faint transition-transform',
          open && 'rotate-90',
          findings.length === 0 && 'invisible',
        )}
        aria-hidden
      />
      <Verdict className={classes('size-3.5 shrink-0', failed ? 'text-bad' : 'text-muted')} aria-hidden />
      <span className="min-w-0 flex-1 truncate" title={validation.file}>
        {validation.file}
        <span className="sr-only">, {failed ? 'fails' : 'passes'}</span>
      </span>
      <span className="shrink-0 text-xs">
        <SeverityTally counts={validation.counts} />
      </span>
    </button>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  return (
    <div data-finding={finding.rule} className="flex gap-2 border-b border-line bg-sunken py-2 pr-3 pl-9">
      <span className="pt-0.5">
        <SeverityMark severity={finding.severity} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="min-w-0">{finding.message}</span>
          <span className="font-mono text-2xs text-muted">{finding.rule}</span>
        </p>
        {finding.excerpt !== '' && (
          <p className="truncate font-mono text-xs text-muted" title={finding.excerpt}>
            {finding.excerpt}
          </p>
        )}
        {finding.fix && (
          <p className="flex items-center gap-1.5 text-xs text-muted">
            <Wrench className="size-3 shrink-0" aria-hidden />
            {finding.fix.description}
          </p>
        )}
      </div>
      <span className="shrink-0 font-mono text-2xs leading-5 text-faint">
        {finding.line}:{finding.column}
      </span>
    </div>
  );
}
