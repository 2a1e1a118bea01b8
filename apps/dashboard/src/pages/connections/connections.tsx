import { CONNECTIONS_CHANNEL } from '@greenlight/protocol/channel';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Cable } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Page } from '../../app/page.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Empty } from '../../components/empty.tsx';
import { plural } from '../../components/format.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf, remove } from '../../data/api.ts';
import { watch } from '../../data/live.ts';
import { connectionsQuery, type ConnectionRow } from '../../data/operations.ts';
import { ConnectionTable } from './connection-table.tsx';

/** Who is connected to this node. */
export function Connections() {
  const queries = useQueryClient();
  const { data, error } = useQuery(connectionsQuery);
  const [cutting, setCutting] = useState<ConnectionRow | null>(null);
  useEffect(() => {
    const again = (): void => void queries.invalidateQueries({ queryKey: connectionsQuery.queryKey });
    return watch(CONNECTIONS_CHANNEL, { onPublications: again, onOutcome: again });
  }, [queries]);
  const newestFirst = useMemo(
    () => (data ?? []).toSorted((one, other) => Date.parse(other.since) - Date.parse(one.since)),
    [data],
  );
  return (
    <Page title="Connections" fixed>
      {error && (
        <div className="px-4 py-3 md:px-6">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      <div className="flex shrink-0 px-4 py-3 md:px-6">
        <output className="ml-auto text-xs text-muted">{plural(newestFirst.length, 'connection')}</output>
      </div>
      {newestFirst.length > 0 ? (
        <ConnectionTable connections={newestFirst} onCut={setCutting} />
      ) : (
        <Empty icon={Cable} title={data ? 'Nobody is connected' : 'Reading the connections'} />
      )}
      {cutting && (
        <Confirm
          title="Disconnect"
          deed="Disconnect"
          onClose={() => setCutting(null)}
          onConfirm={async () => {
            await remove(`/api/v1/connections/${encodeURIComponent(cutting.session)}`);
            await queries.invalidateQueries({ queryKey: connectionsQuery.queryKey });
          }}
        >
          {cutting.user ?? 'Somebody who is not signed in yet'} at {cutting.address} is told that you ended
          the connection. The credential stays good: to keep them out, revoke the key or disable the account.
        </Confirm>
      )}
    </Page>
  );
}
