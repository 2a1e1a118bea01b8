/** Every attempt to get in that the node still knows, live: a page from REST, then the events of `$SYS:handshakes`. */
import { HANDSHAKES_CHANNEL } from '@greenlight/protocol/channel';
import type { CheckedStage } from '@greenlight/protocol/codes';
import type { Publication } from '@greenlight/protocol/event';
import type { Hop } from '@greenlight/protocol/hop';
import { isProbeAttempt } from '@greenlight/protocol/problem';
import { queryOptions } from '@tanstack/react-query';
import { failureOf, get, type Listing } from './api.ts';
import type { Failure } from './failure.ts';
import { watch } from './live.ts';
import { createStore } from './store.ts';

export const TRANSPORTS = ['websocket', 'sse', 'long-poll', 'rest'] as const;
export type AttemptTransport = (typeof TRANSPORTS)[number];
export const OUTCOMES = ['refused', 'accepted'] as const;
export type AttemptOutcome = (typeof OUTCOMES)[number];

export type Attempt = {
  readonly attempt: string;
  readonly outcome: AttemptOutcome;
  readonly at: string;
  readonly transport: AttemptTransport;
  readonly method: string;
  readonly httpVersion: string;
  /** Without the query. */
  readonly path: string;
  readonly address: string;
  /** How the address was found, from the peer on. */
  readonly hops: readonly Hop[];
  readonly secure: boolean;
  readonly host: string | null;
  readonly origin: string | null;
  /** Names only. */
  readonly headers: readonly string[];
  readonly checked: readonly CheckedStage[];
  readonly user: string | null;
  readonly credential: string | null;
  readonly credentialId: string | null;
  readonly stage: string | null;
  readonly code: string | null;
  readonly detail: string | null;
  readonly fix: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
};

export type AttemptList = {
  /** Newest first. */
  readonly attempts: readonly Attempt[];
  readonly loaded: boolean;
  readonly failure: Failure | null;
};

export const ATTEMPTS_KEPT = 2_000;
const READ = 1_000;
const EMPTY: AttemptList = { attempts: [], loaded: false, failure: null };
export const attemptList = createStore<AttemptList>(EMPTY);

/** Each once, newest first. What the server provokes itself is left out. Pure. */
export function mergeAttempts(
  known: readonly Attempt[],
  incoming: readonly Attempt[],
  kept: number,
): readonly Attempt[] {
  const byId = new Map([...known, ...incoming].map((attempt) => [attempt.attempt, attempt]));
  return [...byId.values()]
    .filter(({ attempt }) => !isProbeAttempt(attempt))
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .slice(0, kept);
}

const attemptsIn = (publications: readonly Publication[]): readonly Attempt[] =>
  publications
    .filter(({ event }) => event.type === 'handshake.refused' || event.type === 'handshake.accepted')
    .map(({ event }) => event.data as Attempt);

function add(incoming: readonly Attempt[]): void {
  const now = attemptList.get();
  attemptList.set({ ...now, attempts: mergeAttempts(now.attempts, incoming, ATTEMPTS_KEPT) });
}

/** Gives the function that ends it. */
export function followAttempts(): () => void {
  let on = true;
  const load = async (): Promise<void> => {
    let failure: Failure | null = null;
    try {
      const { items } = await get<Listing<Attempt>>('/api/v1/handshakes', { limit: READ });
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
      (await get<Listing<Attempt>>('/api/v1/handshakes', { attempt, limit: 1 })).items[0] ?? null,
    enabled: attempt !== '',
  });
