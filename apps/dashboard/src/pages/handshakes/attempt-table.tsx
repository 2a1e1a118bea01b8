import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { ChevronRight, CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { classes } from '../../components/classes.ts';
import { formatTime } from '../../components/format.ts';
import { Scroller } from '../../components/scroller.tsx';
import { SimulatedMark } from '../../components/simulated.tsx';
import { useRows } from '../../components/use-rows.ts';
import { isSimulated } from '../../data/simulated.ts';
import { AttemptDetails } from './attempt-details.tsx';
import { SmallLadder } from './ladder.tsx';

const ROW = 44;

/** `chosen`: the id that the address names; it is open from the start. */
export function AttemptTable({ attempts, chosen }: { attempts: readonly AttemptTrace[]; chosen: string }) {
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const { scroller, rows } = useRows({
    count: attempts.length,
    height: () => ROW,
    key: (index) => attempts[index]?.attempt ?? index,
  });
  const toggle = (id: string): void => {
    const next = new Set(turned);
    if (!next.delete(id)) next.add(id);
    setTurned(next);
  };
  return (
    <Scroller ref={scroller} label="Attempts" className="min-h-0 flex-1 border-t border-line">
      <ol className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const attempt = attempts[index];
          return (
            attempt && (
              <li
                key={key}
                data-index={index}
                data-attempt={attempt.attempt}
                data-outcome={attempt.outcome}
                ref={rows.measureElement}
                className="absolute inset-x-0 border-b border-line"
                style={{ transform: `translateY(${start}px)` }}
              >
                <Row
                  attempt={attempt}
                  open={turned.has(attempt.attempt) !== (attempt.attempt === chosen)}
                  onToggle={toggle}
                />
              </li>
            )
          );
        })}
      </ol>
    </Scroller>
  );
}

type RowProps = { attempt: AttemptTrace; open: boolean; onToggle: (id: string) => void };

function Row({ attempt, open, onToggle }: RowProps) {
  const refused = attempt.outcome === 'refused';
  const Icon = refused ? CircleX : CircleCheck;
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(attempt.attempt)}
        className="flex h-[43px] w-full items-center gap-3 px-4 text-left text-sm outline-offset-[-2px] hover:bg-hover md:px-6"
      >
        <ChevronRight
          className={classes('size-3 shrink-0 text-faint transition-transform', open && 'rotate-90')}
          aria-hidden
        />
        <span className="shrink-0 text-xs text-muted">{formatTime(attempt.at)}</span>
        <Icon className={classes('size-3.5 shrink-0', refused ? 'text-bad' : 'text-muted')} aria-hidden />
        <span className="min-w-0 flex-1 truncate">
          {refused ? 'Refused' : 'Let in'}
          {attempt.code !== null && (
            <>
              {' '}
              <span className="text-muted">at {attempt.stage}:</span>{' '}
              <span className="font-mono text-xs">{attempt.code}</span>
            </>
          )}
          {attempt.user !== null && <span className="text-muted"> · {attempt.user}</span>}
        </span>
        {isSimulated(attempt.user) && <SimulatedMark />}
        <span className="hidden shrink-0 md:block">
          <SmallLadder checked={attempt.checked} />
        </span>
        <span className="hidden w-20 shrink-0 text-xs text-muted sm:block">{attempt.transport}</span>
        <span className="hidden w-36 shrink-0 truncate font-mono text-xs text-muted lg:block">
          {attempt.path}
        </span>
        <span className="hidden w-28 shrink-0 truncate text-right text-xs text-muted md:block">
          {attempt.address}
        </span>
      </button>
      {open && <AttemptDetails attempt={attempt} />}
    </>
  );
}
