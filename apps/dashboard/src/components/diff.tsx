import { useMemo } from 'react';
import { classes } from './classes.ts';
import { changedSpan, diffRows, type DiffCell, type DiffRow } from './diff-lines.ts';
import { Scroller } from './scroller.tsx';

/** A patch side by side; one under the other where there is no room. */
export function Diff({ patch, label }: { patch: string; label: string }) {
  const rows = useMemo(() => diffRows(patch), [patch]);
  if (rows.length === 0) return <p className="px-3.5 py-3 text-muted">The change is empty.</p>;
  return (
    <Scroller label={label} className="@container font-mono text-xs">
      {rows.map((row, at) => (
        <Row key={at} row={row} />
      ))}
    </Scroller>
  );
}

function Row({ row }: { row: DiffRow }) {
  switch (row.kind) {
    case 'hunk':
      return <div className="bg-sunken px-3 py-1 text-muted">{row.text}</div>;
    case 'same':
      return (
        <div className="@2xl:grid @2xl:grid-cols-2">
          <Cell cell={row.before} look="same" className="hidden @2xl:flex" />
          <Cell cell={row.after} look="same" className="flex" />
        </div>
      );
    case 'change': {
      const span = row.before && row.after ? changedSpan(row.before.text, row.after.text) : null;
      return (
        <div className="@2xl:grid @2xl:grid-cols-2">
          <Cell cell={row.before} look="removed" span={span?.before} className="flex" />
          <Cell cell={row.after} look="added" span={span?.after} className="flex" />
        </div>
      );
    }
    default:
      return row satisfies never;
  }
}

type CellProps = {
  cell: DiffCell | null;
  look: 'same' | 'removed' | 'added';
  /** The part that changed. */
  span?: readonly [number, number] | undefined;
  className: string;
};

function Cell({ cell, look, span, className }: CellProps) {
  if (cell === null) return <div className="hidden bg-sunken @2xl:block" aria-hidden />;
  const [start, end] = span ?? [0, 0];
  return (
    <div
      className={classes(
        'min-w-0 gap-2 pr-3 leading-5',
        look === 'removed' && 'bg-bad-soft',
        look === 'added' && 'bg-live-soft',
        className,
      )}
    >
      <span className="w-10 shrink-0 pr-1 text-right text-muted select-none">{cell.line}</span>
      <span className="w-2 shrink-0 text-muted select-none" aria-hidden>
        {look === 'removed' ? '−' : look === 'added' ? '+' : ''}
      </span>
      {look !== 'same' && <span className="sr-only">{look === 'removed' ? 'removed: ' : 'added: '}</span>}
      <span className="min-w-0 wrap-anywhere whitespace-pre-wrap">
        {cell.text.slice(0, start)}
        {end > start && (
          <mark
            className={classes(
              'rounded-[2px] text-inherit',
              look === 'removed' ? 'bg-bad-fill/25' : 'bg-live-fill/25',
            )}
          >
            {cell.text.slice(start, end)}
          </mark>
        )}
        {cell.text.slice(end)}
      </span>
    </div>
  );
}
