/** What operators see of the node: open connections, and who was refused. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { isProbeAttempt } from '@greenlight/protocol/problem';
import { queryOptions } from '@tanstack/react-query';
import { get, type Listing } from './api.ts';
import { isFirstVisit } from './first-visit.ts';

const REFRESH_MS = 5_000;

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: async () => (await get<Listing<ConnectionInfo>>('/api/v1/connections')).items,
  refetchInterval: REFRESH_MS,
});

/** Of those who wanted something: what the server provokes itself and pages before a sign-in are left out. */
export const refusalsQuery = queryOptions({
  queryKey: ['refusals'],
  queryFn: async () =>
    (
      await get<Listing<AttemptTrace>>('/api/v1/handshakes', { outcome: 'refused', limit: 1_000 })
    ).items.filter((one) => !isProbeAttempt(one.attempt) && !isFirstVisit(one)),
  refetchInterval: REFRESH_MS,
});

/** How often each value occurs, most often first. */
export function tally<T>(
  items: readonly T[],
  key: (item: T) => string,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return [...counts].toSorted((one, other) => other[1] - one[1]);
}
