/** Who is connected to this node: for the capacity stage, for operators, and for those who must cut or drain. */
import type { Identity } from '@greenlight/handshake/identity';
import type { Log } from '@greenlight/log/log';
import { CONNECTIONS_CHANNEL } from '@greenlight/protocol/channel';
import type { DisconnectCode } from '@greenlight/protocol/codes';
import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { type EventType, simulatedMark } from '@greenlight/protocol/event';
import type { DisconnectPush } from '@greenlight/protocol/frames';
import type { Transport } from '@greenlight/protocol/transport';
import type { Logger } from './observe/logger.ts';
import type { Metrics } from './observe/metrics.ts';
import { randomId } from './random-id.ts';

export type Disconnect = Omit<DisconnectPush, 'type'>;

/** What the registry asks of an open connection. */
export interface Connection {
  readonly session: string;
  readonly identity: Identity | null;
  readonly address: string;
  readonly transport: Transport;
  readonly queuedBytes: number;
  info(): ConnectionInfo;
  /** Goes on as the same user with other rights. Absent: it cannot, and is ended instead. */
  renew?(identity: Identity): void;
  /** Takes no more commands; resolves when those that it has are answered. Null: they are. Absent: it takes none. */
  settle?(): Promise<void> | null;
  /** Tells the peer why and closes. */
  end(disconnect: Disconnect): void;
  /** Closes without a word. */
  destroy(): void;
}

export interface Connections {
  /** Counts and lists the connection until the function that it gives is called, with why it ended. */
  add(connection: Connection): (reason: string) => void;
  list(): readonly ConnectionInfo[];
  /** Ends those that match all that is given. Gives how many. */
  cut(
    which: { readonly session?: string; readonly credentialId?: string; readonly user?: string },
    disconnect: { readonly code: DisconnectCode; readonly reason: string },
  ): number;
  /** Those whose identity matches. */
  find(matches: (identity: Identity) => boolean): readonly Connection[];
  /** Sends everybody elsewhere. Resolves when all have left, at the latest after `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>;
  readonly count: number;
  /** Those without an identity yet. */
  readonly unauthenticated: number;
  countOfAddress(address: string): number;
  countOfUser(user: string): number;
  /** Opened with it, or with a ticket that it was traded for. */
  countOfCredential(credentialId: string): number;
}

/** 96 random bits. */
export const newSessionId = (): string => `c_${randomId(12)}`;

function adjust(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

export function createConnections({
  log,
  metrics,
  logger,
  clock,
}: {
  readonly log: Pick<Log, 'append'>;
  readonly metrics: Pick<Metrics, 'connectionOpened' | 'connectionClosed' | 'watchOutboxes'>;
  readonly logger: Logger;
  readonly clock: () => number;
}): Connections {
  const open = new Set<Connection>();
  const byAddress = new Map<string, number>();
  const byUser = new Map<string, number>();
  const byCredential = new Map<string, number>();
  let unauthenticated = 0;
  let emptied: PromiseWithResolvers<void> | null = null;
  metrics.watchOutboxes(() => {
    let bytes = 0;
    for (const connection of open) bytes += connection.queuedBytes;
    return bytes;
  });

  function countIdentity({ user, credentialId }: Identity, by: 1 | -1): void {
    adjust(byUser, user, by);
    adjust(byCredential, credentialId, by);
  }

  /** A long-poll comes and goes with each answer: telling of it would wake whoever polls for this. */
  function tell(type: EventType, connection: Connection, more: object): void {
    const { session, identity, address, transport } = connection;
    if (!identity || transport === 'long-poll') return;
    const time = new Date(clock()).toISOString();
    const mark = simulatedMark(identity);
    const data = { session, user: identity.user, transport, address, ...mark, ...more };
    const id = randomId(12);
    const event = { id, type, source: '/connections', time, specversion: '1.0', data, ...mark } as const;
    log.append({ appends: [{ channel: CONNECTIONS_CHANNEL, events: [event] }] }).catch((error: unknown) => {
      logger.error({ session, error }, 'A connection could not be published.');
    });
  }

  return {
    add(connection) {
      const { identity, address, transport } = connection;
      const openedAt = clock();
      open.add(connection);
      metrics.connectionOpened(transport);
      adjust(byAddress, address, 1);
      if (identity) countIdentity(identity, 1);
      else unauthenticated += 1;
      tell('connection.opened', connection, {});
      return (reason) => {
        if (!open.delete(connection)) return;
        metrics.connectionClosed(transport);
        adjust(byAddress, address, -1);
        if (identity) countIdentity(identity, -1);
        else unauthenticated -= 1;
        const { delivered } = connection.info();
        tell('connection.closed', connection, { reason, delivered, openMs: clock() - openedAt });
        if (open.size === 0) emptied?.resolve();
      };
    },
    list: () => Array.from(open, (connection) => connection.info()),
    cut(which, disconnect) {
      const matching = [...open].filter(
        ({ session, identity }) =>
          (which.session === undefined || session === which.session) &&
          (which.credentialId === undefined || identity?.credentialId === which.credentialId) &&
          (which.user === undefined || identity?.user === which.user),
      );
      for (const connection of matching) connection.end(disconnect);
      return matching.length;
    },
    find: (matches) => [...open].filter(({ identity }) => identity !== null && matches(identity)),
    async drain(deadlineMs) {
      if (open.size === 0) return;
      const all = (emptied ??= Promise.withResolvers<void>());
      const deadline = setTimeout(() => {
        for (const connection of open) connection.destroy();
        all.resolve();
      }, deadlineMs);
      for (const connection of open) {
        const retryAfterMs = Math.floor(Math.random() * deadlineMs);
        const move = (): void =>
          connection.end({
            code: 'moved',
            reason: 'This node is shutting down; connect again.',
            retryAfterMs,
          });
        const settling = connection.settle?.() ?? null;
        if (settling === null) move();
        else void settling.then(move);
      }
      await all.promise;
      clearTimeout(deadline);
    },
    get count() {
      return open.size;
    },
    get unauthenticated() {
      return unauthenticated;
    },
    countOfAddress: (address) => byAddress.get(address) ?? 0,
    countOfUser: (user) => byUser.get(user) ?? 0,
    countOfCredential: (credentialId) => byCredential.get(credentialId) ?? 0,
  };
}
