import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { CONNECTIONS_CHANNEL } from '@greenlight/protocol/channel';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Cable, SearchX } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Page } from '../../app/page.tsx';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Empty } from '../../components/empty.tsx';
import { plural } from '../../components/format.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { failureOf, remove } from '../../data/api.ts';
import { watch } from '../../data/live.ts';
import { connectionsQuery } from '../../data/operations.ts';
import { useStatus } from '../../light/use-light.ts';
import { filterConnections, searchOf, TRANSPORTS, type ConnectionFilter } from './connection-filter.ts';
import { ConnectionTable } from './connection-table.tsx';

/** Who is connected to this node. */
export function Connections() {
  const queries = useQueryClient();
  const { data, error } = useQuery(connectionsQuery);
  const [cutting, setCutting] = useState<ConnectionInfo | null>(null);
  useEffect(() => {
    const again = (): void => void queries.invalidateQueries({ queryKey: connectionsQuery.queryKey });
    return watch(CONNECTIONS_CHANNEL, { onPublications: again, onOutcome: again });
  }, [queries]);
  const { session: mine } = useStatus();
  const [search, setSearch] = useSearchParams();
  const text = search.get('q') ?? '';
  const transport = TRANSPORTS.find((known) => known === search.get('transport')) ?? null;
  const shown = useMemo(() => filterConnections(data ?? [], { text, transport }), [data, text, transport]);
  const change = (filter: ConnectionFilter): void => setSearch(searchOf(filter), { replace: true });
  return (
    <Page title="Connections" fixed>
      {error && (
        <div className="px-4 py-3 md:px-6">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-3 md:px-6">
        <SearchField
          label="Search connections"
          value={text}
          onChange={(wanted) => change({ text: wanted, transport })}
          className="w-full sm:w-64"
        />
        <Choice
          label="Transport"
          every="Every transport"
          options={TRANSPORTS}
          value={transport}
          onChange={(wanted) => change({ text, transport: wanted })}
        />
        <output className="ml-auto text-xs text-muted">{plural(shown.length, 'connection')}</output>
      </div>
      {shown.length > 0 ? (
        <ConnectionTable connections={shown} mine={mine} onCut={setCutting} />
      ) : data && data.length > 0 ? (
        <Empty
          icon={SearchX}
          title="No connection fits this filter"
          action={<Button onClick={() => change({ text: '', transport: null })}>Show all connections</Button>}
        />
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
          {cutting.session === mine
            ? 'This is the connection of this very page, which is told that you ended it and goes live again when you press Retry.'
            : `${cutting.user ?? 'Somebody who is not signed in yet'} at ${cutting.address} is told that you ended the connection. The credential stays good: to keep them out, revoke the key or disable the account.`}
        </Confirm>
      )}
    </Page>
  );
}
