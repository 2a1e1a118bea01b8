import type { Publication } from '@greenlight/protocol/event';
import { ChevronRight, ScrollText } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { classes } from '../../components/classes.ts';
import { Empty } from '../../components/empty.tsx';
import { EventDot } from '../../components/event-dot.tsx';
import { formatCount, formatJson, formatTime } from '../../components/format.ts';
import { Scroller } from '../../components/scroller.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { SimulatedMark } from '../../components/simulated.tsx';
import { useRows } from '../../components/use-rows.ts';
import { describeEvent } from '../../data/describe-event.ts';
import { LOG_KEPT } from '../../data/run-view.ts';

const ROW = 30;

/** The run's events as they are in the log, newest first, with their offsets. */
export function EventLog({ log }: { log: readonly Publication[] }) {
  const [text, setText] = useState('');
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const shown = useMemo(() => {
    const fitting =
      wanted === '' ? log : log.filter(({ event }) => JSON.stringify(event).toLowerCase().includes(wanted));
    return fitting.toReversed();
  }, [log, wanted]);
  const { scroller, rows } = useRows({
    count: shown.length,
    height: () => ROW,
    key: (index) => shown[index]?.offset ?? index,
  });
  const toggle = (offset: number): void => {
    const next = new Set(open);
    if (!next.delete(offset)) next.add(offset);
    setOpen(next);
  };
  if (log.length === 0) return <Empty icon={ScrollText} title="No events yet" />;
  return (
    <div>
      <div className="flex items-center gap-3 px-3 py-2">
        <SearchField label="Search events" value={text} onChange={setText} className="w-full sm:w-64" />
        <output className="ml-auto shrink-0 text-xs text-muted">
          {wanted === ''
            ? log.length >= LOG_KEPT
              ? `the newest ${formatCount(LOG_KEPT)}`
              : ''
            : `${formatCount(shown.length)} found`}
        </output>
      </div>
      <Scroller ref={scroller} label="Events" className="max-h-[65vh] min-h-40 border-t border-line">
        <ol data-event-log className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const publication = shown[index];
            return (
              publication && (
                <li
                  key={key}
                  data-index={index}
                  ref={rows.measureElement}
                  className="absolute inset-x-0 border-b border-line"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <Line publication={publication} open={open.has(publication.offset)} onToggle={toggle} />
                </li>
              )
            );
          })}
        </ol>
      </Scroller>
    </div>
  );
}

type LineProps = { publication: Publication; open: boolean; onToggle: (offset: number) => void };

function Line({ publication: { offset, event }, open, onToggle }: LineProps) {
  const { detail, tone } = describeEvent(event);
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(offset)}
        className="flex h-[29px] w-full items-center gap-2.5 px-3 text-left text-xs hover:bg-hover"
      >
        <ChevronRight
          className={classes('size-3 shrink-0 text-faint transition-transform', open && 'rotate-90')}
          aria-hidden
        />
        <span className="w-9 shrink-0 text-right font-mono text-faint">{offset}</span>
        <span className="hidden shrink-0 text-muted sm:block">{formatTime(event.time)}</span>
        <EventDot tone={tone} />
        <span className="shrink-0 font-mono">{event.type}</span>
        <span className="min-w-0 flex-1 truncate text-muted">{detail}</span>
        {event.simulated && <SimulatedMark />}
      </button>
      {open && (
        <pre className="overflow-x-auto bg-sunken px-4 py-2.5 font-mono text-2xs whitespace-pre-wrap">
          {formatJson(event)}
        </pre>
      )}
    </>
  );
}
