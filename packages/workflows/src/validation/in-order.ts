/** Works on several items at a time and hands their results on in the order of the items. */

export type InOrder<Item, Result> = {
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly gate: (() => Promise<void>) | undefined;
  readonly work: (item: Item) => Promise<Result>;
  readonly emit: (result: Result) => void;
};

/**
 * Results that wait for an earlier one are bounded by `limit`, too, so memory does not grow with the number of items.
 * Rejects at once when the signal is aborted; what was begun then ends unheard.
 */
export async function inOrder<Item, Result>(
  items: Iterable<Item>,
  options: InOrder<Item, Result>,
): Promise<void> {
  const { limit, signal, gate, work, emit } = options;
  const line: Promise<Result>[] = [];
  const first = async (): Promise<void> => {
    const [oldest] = line;
    if (oldest === undefined) return;
    const result = await untilAborted(oldest, signal);
    void line.shift();
    emit(result);
  };
  for (const item of items) {
    if (gate !== undefined) await untilAborted(gate(), signal);
    signal.throwIfAborted();
    while (line.length >= limit) await first();
    const started = work(item);
    // Awaited in its turn; until then its failure is not unhandled.
    started.catch(() => undefined);
    line.push(started);
  }
  while (line.length > 0) await first();
}

export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
