/** Collects what arrives between two animation frames, so that 500 events a second cost 60 renders. */

/** A hidden page has no frames: then once a second. */
const HIDDEN_MS = 1000;

export type FrameBatch<T> = { push(item: T): void; cancel(): void };

export function createFrameBatch<T>(apply: (items: readonly T[]) => void): FrameBatch<T> {
  let items: T[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    items = [];
  };
  const flush = (): void => {
    const batch = items;
    cancel();
    apply(batch);
  };
  return {
    push(item) {
      items.push(item);
      if (timer !== undefined) return;
      frame = requestAnimationFrame(flush);
      timer = setTimeout(flush, HIDDEN_MS);
    },
    cancel,
  };
}
