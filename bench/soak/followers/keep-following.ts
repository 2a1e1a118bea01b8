/** What all plain followers do: connect, read until it breaks, wait a moment, go on from where they are. */
import { HEARTBEAT_MS } from '../heartbeat.ts';

/** No sign of life for so long means that the connection is gone. */
export const SILENCE_MS = 3 * HEARTBEAT_MS;
const SHORTEST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 640;

/** A connection that is being read. */
export type Life = {
  /** Ends it: the application is done, or nothing was heard for too long. */
  readonly signal: AbortSignal;
  /** Something was heard. */
  readonly alive: () => void;
};

/** `once` follows until the connection ends, well or badly. The answer ends it all. */
export function keepFollowing(once: (life: Life) => Promise<void>, silenceMs = SILENCE_MS): () => void {
  const closing = new AbortController();
  void (async () => {
    let pauseMs = SHORTEST_PAUSE_MS;
    while (!closing.signal.aborted) {
      const life = watch(closing.signal, silenceMs);
      await once(life).catch(() => {});
      life.done();
      // Those whom nobody answers come back less often: they may be what keeps the machine busy.
      pauseMs = life.heard() ? SHORTEST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return () => closing.abort();
}

function watch(closing: AbortSignal, silenceMs: number): Life & { done(): void; heard(): boolean } {
  const silent = new AbortController();
  const listen = (): ReturnType<typeof setTimeout> => setTimeout(() => silent.abort(), silenceMs);
  let timer = listen();
  let heard = false;
  return {
    signal: AbortSignal.any([closing, silent.signal]),
    alive() {
      heard = true;
      clearTimeout(timer);
      timer = listen();
    },
    done: () => clearTimeout(timer),
    heard: () => heard,
  };
}

/** Bytes that are no UTF-8 were changed on the way, and nothing of them counts. */
export const strictDecoder = (): TextDecoder => new TextDecoder('utf-8', { fatal: true });
