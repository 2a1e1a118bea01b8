/** Stage `capacity`: is there room for one more connection? */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Connections } from './connections.ts';
import type { Limits } from './limits.ts';

export type CapacityOptions = {
  readonly limits: Pick<
    Limits,
    | 'connections'
    | 'connectionsPerAddress'
    | 'connectionsPerUser'
    | 'connectionsPerKey'
    | 'unauthenticatedConnections'
    | 'drainMs'
  >;
  readonly connections: Pick<
    Connections,
    'count' | 'unauthenticated' | 'countOfAddress' | 'countOfUser' | 'countOfCredential'
  >;
  /** True from SIGTERM on. */
  readonly draining: () => boolean;
};

export interface Capacity {
  (request: Pick<HandshakeRequest, 'address'>, identity: Identity | null): Failure | null;
  /** For a socket that is counted already and says only now whose it is. */
  ofUser(identity: Identity | null): Failure | null;
}

export function createCapacity({ limits, connections, draining }: CapacityOptions): Capacity {
  function ofUser(identity: Identity | null): Failure | null {
    if (!identity) {
      return connections.unauthenticated >= limits.unauthenticatedConnections
        ? full('Too many connections wait for their credential', limits.unauthenticatedConnections)
        : null;
    }
    if (connections.countOfCredential(identity.credentialId) >= limits.connectionsPerKey)
      return full('One credential has too many open connections', limits.connectionsPerKey);
    return connections.countOfUser(identity.user) >= limits.connectionsPerUser
      ? full(`"${identity.name}" has too many open connections`, limits.connectionsPerUser)
      : null;
  }

  /** When the next process may be there; not everybody at once. */
  const afterDrain = (): number => Math.ceil(limits.drainMs * (0.5 + Math.random()));

  function capacity({ address }: Pick<HandshakeRequest, 'address'>, identity: Identity | null) {
    if (draining()) return { code: 'draining', retryAfterMs: afterDrain() } as const;
    if (connections.count >= limits.connections)
      return full('This node has too many open connections', limits.connections);
    if (connections.countOfAddress(address) >= limits.connectionsPerAddress)
      return full(`${address} has too many open connections`, limits.connectionsPerAddress);
    return ofUser(identity);
  }

  return Object.assign(capacity, { ofUser });
}

const full = (what: string, limit: number): Failure => ({
  code: 'too_many_connections',
  detail: `${what}: the limit is ${limit}.`,
});
