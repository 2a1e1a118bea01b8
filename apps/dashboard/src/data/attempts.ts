/** Every attempt to get in that the node still knows, live: a page from REST, then the events of `$SYS:handshakes`. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { HANDSHAKES_CHANNEL } from '@greenlight/protocol/channel';
import type { Publication } from '@greenlight/protocol/event';
import { isProbeAttempt } from '@greenlight/protocol/problem';
import { queryOptions } from '@tanstack/react-query';
import { failureOf, get, type Listing } from './api.ts';
import type { Failure } from './failure.ts';
import { watch } from './live.ts';
import { createStore } from './store.ts';

export type AttemptList = {
  /** Newest first. */
  readonly attempts: readonly AttemptTrace[];
  readonly loaded: boolean;
  readonly failure: Failure | null;
};

export const ATTEMPTS_KEPT = 2_000;
const READ = 1_000;
const EMPTY: AttemptList = { attempts: [], loaded: false, failure: null };
export const attemptList = createStore<AttemptList>(EMPTY);

/** Each once, newest first. What the server provokes itself is left out. Pure. */
export function mergeAttempts(
  known: readonly AttemptTrace[],
  incoming: readonly AttemptTrace[],
  kept: number,
): readonly AttemptTrace[] {
  const byId = new Map([...known, ...incoming].map((attempt) => [attempt.attempt, attempt]));
  return [...byId.values()]
    .filter(({ attempt }) => !isProbeAttempt(attempt))
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .slice(0, kept);
}

const attemptsIn = (publications: readonly Publication[]): readonly AttemptTrace[] =>
  publications
    .filter(({ event }) => event.type === 'handshake.refused' || event.type === 'handshake.accepted')
    .map(({ event }) => event.data as AttemptTrace);

function add(incoming: readonly AttemptTrace[]): void {
  const now = attemptList.get();
  attemptList.set({ ...now, attempts: mergeAttempts(now.attempts, incoming, ATTEMPTS_KEPT) });
}

/** Gives the function that ends it. */
export function followAttempts(): () => void {
  let on = true;
  const load = async (): Promise<void> => {
    let failure: Failure | null = null;
    try {
      const { items } = await get<Listing<AttemptTrace>>('/api/v1/handshakes', { limit: READ });
      if (on) add(items);
    } catch (error) {
      failure = failureOf(error);
    }
    if (on) attemptList.set({ ...attemptList.get(), loaded: true, failure });
  };
  // Read after the subscription began, so nothing falls between the two; after a gap it is read again.
  const end = watch(HANDSHAKES_CHANNEL, {
    onPublications: (publications) => add(attemptsIn(publications)),
    onOutcome: ({ outcome }) => {
      if (!attemptList.get().loaded || outcome !== 'continued') void load();
    },
  });
  return () => {
    on = false;
    end();
    attemptList.set(EMPTY);
  };
}

/** One attempt that a link leads to, which may be older than the list or the server's own. */
export const attemptQuery = (attempt: string) =>
  queryOptions({
    queryKey: ['attempt', attempt],
    queryFn: async () =>
      (await get<Listing<AttemptTrace>>('/api/v1/handshakes', { attempt, limit: 1 })).items[0] ?? null,
    enabled: attempt !== '',
  });
