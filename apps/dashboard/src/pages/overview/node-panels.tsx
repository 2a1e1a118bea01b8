import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatCount } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf } from '../../data/api.ts';
import { useNow } from '../../data/clock.ts';
import { connectionsQuery, refusalsQuery, tally } from '../../data/operations.ts';

const HOUR_MS = 3_600_000;

/** For operators: who is connected, and who was not let in. */
export function NodePanels() {
  const connections = useQuery(connectionsQuery);
  const refusals = useQuery(refusalsQuery);
  const now = useNow();
  const recent = refusals.data?.filter(({ at }) => now - Date.parse(at) < HOUR_MS) ?? [];
  return (
    <>
      <Panel title="Connections" aside={connections.data && formatCount(connections.data.length)}>
        <Tally
          error={connections.error}
          rows={tally(connections.data ?? [], ({ transport }) => transport)}
          empty={connections.data ? 'None but this page’s requests.' : 'Asking.'}
        />
      </Panel>
      <Panel title="Refused in the last hour" aside={refusals.data && formatCount(recent.length)}>
        <Tally
          error={refusals.error}
          rows={tally(recent, ({ code }) => code ?? 'unknown')}
          empty={refusals.data ? 'Nobody was refused.' : 'Asking.'}
        />
      </Panel>
    </>
  );
}

type TallyProps = { rows: readonly (readonly [string, number])[]; empty: ReactNode; error: Error | null };

function Tally({ rows, empty, error }: TallyProps) {
  if (error)
    return (
      <div className="p-3">
        <ProblemNote failure={failureOf(error)} />
      </div>
    );
  if (rows.length === 0) return <p className="px-3.5 py-3 text-muted">{empty}</p>;
  return (
    <dl className="py-1.5">
      {rows.map(([name, count]) => (
        <div key={name} className="flex justify-between gap-3 px-3.5 py-0.5">
          <dt className="min-w-0 truncate font-mono text-xs leading-5 text-muted">{name}</dt>
          <dd>{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
