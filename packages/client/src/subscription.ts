/** What an application holds of one channel: a handler is called, or the subscription is iterated. */
import type { Publication } from '@greenlight/protocol/event';
import type { SnapshotPush, SubscribeOutcome } from '@greenlight/protocol/frames';
import type { Since } from '@greenlight/protocol/position';
import type { Seat, Sink } from './subscriptions.ts';

export type SubscribeOptions = {
  /** The last publication that the application has, `earliest`, or null (default): from now on. */
  readonly since?: Since;
  /** How the subscription began, again after each reconnect or recovery. `reset` announces a gap. */
  readonly onOutcome?: (outcome: SubscribeOutcome) => void;
  /** The whole state as of its offset; publications after it follow. */
  readonly onSnapshot?: (snapshot: SnapshotPush) => void;
};

/** Called once for each publication, in order. It is not awaited; what it throws is reported as uncaught. */
export type Handler = (publication: Publication) => void;

/**
 * With a handler, every publication goes to it. Without one, iterate: up to `bufferedPublications` (default 1,000)
 * wait for the loop. When they are full the subscription takes no more and keeps its position; when half of them are
 * consumed it asks the server's log for the rest. So a slow loop costs no memory and, within retention, no event.
 * The loop ends when the subscription is closed or denied (see `outcome`); leaving the loop closes it.
 */
export interface Subscription extends AsyncIterable<Publication> {
  readonly channel: string;
  /** Of the last publication that was handed over: keep it, and pass it as `since` next time. */
  readonly position: Since;
  /** The latest; null before the first answer. */
  readonly outcome: SubscribeOutcome | null;
  close(): void;
}

export type Subscribe = (sink: Sink) => Seat;

/** Errors of the application's own functions must not stop the delivery to others. */
export function call<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

export function createSubscription(
  channel: string,
  options: SubscribeOptions & { handler?: Handler | undefined; capacity: number; subscribe: Subscribe },
): Subscription {
  const { handler, capacity } = options;
  const waiting: Publication[] = [];
  let outcome: SubscribeOutcome | null = null;
  let full = false;
  let closed = false;
  let wake: (() => void) | null = null;

  const seat = options.subscribe({
    publication(publication) {
      if (handler) {
        call(handler, publication);
        return true;
      }
      if (waiting.length >= capacity) {
        full = true;
        return false;
      }
      waiting.push(publication);
      wake?.();
      return true;
    },
    snapshot: (push) => call(options.onSnapshot, push),
    outcome(next) {
      outcome = next;
      if (next.outcome === 'denied') wake?.();
      call(options.onOutcome, next);
    },
  });

  function close(): void {
    if (closed) return;
    closed = true;
    seat.leave();
    wake?.();
  }

  async function* iterate(): AsyncGenerator<Publication, void, undefined> {
    if (handler) throw new TypeError('This subscription has a handler; subscribe without one to iterate.');
    try {
      for (;;) {
        const next = waiting.shift();
        if (next) {
          if (full && waiting.length <= capacity / 2) {
            full = false;
            seat.recover();
          }
          yield next;
        } else if (closed || outcome?.outcome === 'denied') return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      close();
    }
  }

  return {
    channel,
    get position() {
      const [next] = waiting;
      return next ? { epoch: next.epoch, offset: next.offset - 1 } : seat.since;
    },
    get outcome() {
      return outcome;
    },
    close,
    [Symbol.asyncIterator]: iterate,
  };
}
