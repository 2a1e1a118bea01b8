/** All that the client knows about its connection, as one immutable object that is replaced when something changes. */
import type { State } from './machine.ts';
import type { Refusal } from './refusal.ts';
import type { TransportName } from './transport.ts';

export type Status = {
  readonly state: State['name'];
  /** Authenticated, every subscription answered, and a heartbeat with fresh heads: only this is green. */
  readonly live: boolean;
  /** In use now; null while there is no open connection. */
  readonly transport: TransportName | null;
  /** The best transport that is better than the one in use: why it cannot be used, and when it is tried again. */
  readonly better: {
    readonly transport: TransportName;
    readonly refusal: Refusal;
    readonly retryAt: number;
  } | null;
  /** From the last `welcome`; null before the first. */
  readonly user: string | null;
  readonly session: string | null;
  readonly node: string | null;
  readonly build: string | null;
  readonly subscriptions: {
    readonly total: number;
    /** Acknowledged in this session. */
    readonly acknowledged: number;
    /** Channels that this identity may not read; they do not keep the light from green. */
    readonly denied: readonly string[];
  };
  /** Ms since 1970, by this machine's clock: how fresh the data is. Null before the first. */
  readonly lastHeartbeatAt: number | null;
  /** Events that the channel furthest behind still lacked at the last heartbeat. */
  readonly headLag: number;
  /** Of the last ping; null before the first answer. */
  readonly rttMs: number | null;
  /** Of the attempt under way, or of the last one. */
  readonly attempt: string;
  /** The last one, kept after it is over. */
  readonly refusal: Refusal | null;
  /** Failed attempts since the last heartbeat. */
  readonly failures: number;
  /** While waiting or offline: when the next attempt begins, ms since 1970. */
  readonly retryAt: number | null;
};

export interface Observable<T> {
  readonly current: T;
  /** Called after each change. The answer ends it. Fits React's `useSyncExternalStore`. */
  subscribe(listener: (value: T) => void): () => void;
}

export interface Source<T> extends Observable<T> {
  set(value: T): void;
}

export function observable<T>(first: T): Source<T> {
  const listeners = new Set<(value: T) => void>();
  let current = first;
  return {
    get current() {
      return current;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(value) {
      current = value;
      for (const listener of listeners) listener(value);
    },
  };
}
