/** One run, followed live: a snapshot first, then each event applied to it, over any number of reconnects. */
import { applyDelta } from '@greenlight/protocol/apply-delta';
import { workflowChannel } from '@greenlight/protocol/channel';
import type { Publication } from '@greenlight/protocol/event';
import type { Since } from '@greenlight/protocol/position';
import { type ControlAction, isTerminal, type RunDelta, type RunSnapshot } from '@greenlight/protocol/run';
import type { Controlled, Failed, RunEnd } from './result.ts';
import { observable, type Observable } from './status.ts';
import type { Handler, SubscribeOptions, Subscription } from './subscription.ts';

/**
 * Iterating gives snapshots, the newest at each turn: a slow loop skips what is outdated. It ends with the run.
 * The handle leaves the channel by itself when the run has ended.
 */
export interface RunHandle extends AsyncIterable<RunSnapshot> {
  readonly id: string;
  /** The newest; null until the first has come. */
  readonly snapshot: Observable<RunSnapshot | null>;
  /** Settles when the run has ended, or cannot be followed, or the handle was closed. Never rejects. */
  readonly done: Promise<RunEnd>;
  /** The run's events, each once and in order, to the one that ends it. `since` as in `subscribe`, default `earliest`. */
  events(since?: Since): AsyncIterable<Publication>;
  pause(): Promise<Controlled>;
  resume(): Promise<Controlled>;
  cancel(): Promise<Controlled>;
  /** Stops following; the run goes on. */
  close(): void;
}

export type RunOptions = {
  readonly subscribe: (channel: string, options: SubscribeOptions, handler?: Handler) => Subscription;
  readonly control: (id: string, action: ControlAction) => Promise<Controlled>;
};

const failure = (code: Failed['code'], detail: string): Failed => ({
  ok: false,
  code,
  detail,
  retryable: false,
});

export function createRun(id: string, { subscribe, control }: RunOptions): RunHandle {
  const channel = workflowChannel(id);
  const snapshot = observable<RunSnapshot | null>(null);
  let settle: ((how: RunEnd) => void) | undefined;
  const done = new Promise<RunEnd>((resolve) => (settle = resolve));
  let subscription = follow();
  let closed = false;

  function follow(): Subscription {
    return subscribe(
      channel,
      {
        since: null,
        onSnapshot: ({ state }) => set(state as RunSnapshot),
        onOutcome(outcome) {
          if (outcome.outcome === 'denied') end(failure(outcome.code, outcome.detail));
          if (outcome.outcome === 'reset') again();
        },
      },
      (publication) => {
        const base = snapshot.current;
        if (base) set(applyDelta(base, publication));
        else again();
      },
    );
  }

  /** Without a base that the next event belongs to, only a new snapshot helps. */
  function again(): void {
    subscription.close();
    if (!closed) subscription = follow();
  }

  function set(run: RunSnapshot): void {
    snapshot.set(run);
    if (isTerminal(run.state)) end({ ok: true, run });
  }

  function end(how: RunEnd): void {
    if (closed) return;
    closed = true;
    subscription.close();
    settle?.(how);
  }

  async function* snapshots(): AsyncGenerator<RunSnapshot, void, undefined> {
    let shown: RunSnapshot | null = null;
    while (true) {
      const { current } = snapshot;
      if (current && current !== shown) {
        shown = current;
        yield current;
      } else if (closed) return;
      else {
        await new Promise<void>((resolve) => {
          const stop = snapshot.subscribe(wake);
          function wake(): void {
            stop();
            resolve();
          }
          void done.then(wake);
        });
      }
    }
  }

  async function* events(since: Since = 'earliest'): AsyncGenerator<Publication, void, undefined> {
    for await (const publication of subscribe(channel, { since })) {
      yield publication;
      const { state } = (publication.event.data ?? {}) as RunDelta;
      if (publication.event.type.startsWith('workflow.') && state && isTerminal(state)) return;
    }
  }

  return {
    id,
    snapshot,
    done,
    events,
    pause: () => control(id, 'pause'),
    resume: () => control(id, 'resume'),
    cancel: () => control(id, 'cancel'),
    close: () => end(failure('connection_lost', 'The handle was closed before the run ended.')),
    [Symbol.asyncIterator]: snapshots,
  };
}
