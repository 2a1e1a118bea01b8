import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { Unplug } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { IconButton } from '../../components/button.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { UserName } from '../../components/simulated.tsx';
import { Scroller } from '../../components/scroller.tsx';
import { You } from '../../components/you.tsx';
import { useRows } from '../../components/use-rows.ts';

const ROW = 52;
const COLUMNS =
  'grid grid-cols-[minmax(0,1fr)_2rem] lg:grid-cols-[minmax(0,1fr)_6rem_8rem_7rem_6rem_5rem_6rem_6rem_2rem] items-center gap-x-4 px-4 md:px-6';
const WIDE = 'hidden lg:block';

type Props = {
  connections: readonly ConnectionInfo[];
  /** The session of this page itself. */
  mine: string | null;
  onCut: (connection: ConnectionInfo) => void;
};

export function ConnectionTable({ connections, mine, onCut }: Props) {
  const { scroller, rows } = useRows({
    count: connections.length,
    height: () => ROW,
    key: (index) => connections[index]?.session ?? index,
  });
  return (
    <Scroller ref={scroller} label="Table of connections" className="min-h-0 flex-1">
      <table className="block text-left" aria-label="Connections" aria-rowcount={connections.length + 1}>
        <thead className="sticky top-0 z-10 block border-y border-line bg-sunken text-xs text-muted [&_th]:font-normal">
          <tr className={`${COLUMNS} h-8`}>
            <th>User</th>
            <th className={WIDE}>Transport</th>
            <th className={WIDE}>Address</th>
            <th className={WIDE}>Since</th>
            <th className={WIDE}>Channels</th>
            <th className={`${WIDE} text-right`}>Queued</th>
            <th className={`${WIDE} text-right`}>Round trip</th>
            <th className={`${WIDE} text-right`}>Delivered</th>
            <th>
              <span className="sr-only">Disconnect</span>
            </th>
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const connection = connections[index];
            return (
              connection && (
                <Row
                  key={key}
                  connection={connection}
                  mine={connection.session === mine}
                  index={index}
                  top={start}
                  onCut={onCut}
                />
              )
            );
          })}
        </tbody>
      </table>
    </Scroller>
  );
}

type RowProps = {
  connection: ConnectionInfo;
  mine: boolean;
  index: number;
  top: number;
  onCut: Props['onCut'];
};

function Row({ connection, mine, index, top, onCut }: RowProps) {
  const { session, user, transport, address, since, channels, queuedBytes, rttMs, delivered } = connection;
  const who = user ?? 'not signed in yet';
  const roundTrip = rttMs === null ? 'unknown' : `${formatCount(Math.round(rttMs * 10) / 10)} ms`;
  return (
    <tr
      aria-rowindex={index + 2}
      data-connection={session}
      className={`${COLUMNS} absolute inset-x-0 h-13 border-b border-line hover:bg-hover`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <td className="min-w-0">
        <span className="flex items-center gap-1.5 font-medium">
          <UserName user={who} />
          {mine && <You>this page</You>}
        </span>
        <span className="block truncate font-mono text-2xs text-muted">
          <span className="lg:hidden">
            {transport} · {roundTrip} ·{' '}
          </span>
          {session}
        </span>
      </td>
      <td className={WIDE}>{transport}</td>
      <td className={`${WIDE} truncate text-muted`}>{address}</td>
      <td className={`${WIDE} text-muted`}>
        <Ago at={since} />
      </td>
      <td className={`${WIDE} truncate text-muted`} title={channels.join(', ')}>
        {plural(channels.length, 'channel')}
      </td>
      <td className={`${WIDE} text-right text-muted`}>{formatCount(queuedBytes)} B</td>
      <td className={`${WIDE} text-right text-muted`}>{roundTrip}</td>
      <td className={`${WIDE} text-right text-muted`}>{formatCount(delivered)}</td>
      <td>
        <IconButton label={`Disconnect ${who}, ${session}`} onClick={() => onCut(connection)}>
          <Unplug aria-hidden />
        </IconButton>
      </td>
    </tr>
  );
}
