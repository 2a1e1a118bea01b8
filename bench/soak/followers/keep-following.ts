/** What all plain followers do: connect, read until it breaks, wait a moment, go on from where they are. */

/** No sign of life for so long means that the connection is gone; the soak's gateway beats every 300 ms. */
export const SILENCE_MS = 1_200;
const PAUSE_MS = 40;

/** `once` follows until the connection ends, well or badly, or the signal fires. The answer ends it all. */
export function keepFollowing(once: (signal: AbortSignal) => Promise<void>): () => void {
  const closing = new AbortController();
  const { signal } = closing;
  void (async () => {
    while (!signal.aborted) {
      await once(signal).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return () => closing.abort();
}

/** Fires when `alive` was not called for so long. */
export function watchdog(signal: AbortSignal): { readonly signal: AbortSignal; alive(): void; done(): void } {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  return {
    signal: AbortSignal.any([signal, silent.signal]),
    alive() {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
    },
    done: () => clearTimeout(timer),
  };
}

/** Bytes that are no UTF-8 were changed on the way, and nothing of them counts. */
export const strictDecoder = (): TextDecoder => new TextDecoder('utf-8', { fatal: true });
