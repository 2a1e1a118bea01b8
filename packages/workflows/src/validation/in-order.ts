/** Works on several items at a time and hands their results on in the order of the items. */

export type InOrder<Item, Result> = {
  /** Items worked on at a time. */
  readonly limit: number;
  /** Items begun or done that wait for an earlier one: what memory is bounded by. */
  readonly window: number;
  readonly signal: AbortSignal;
  readonly gate: (() => Promise<void>) | undefined;
  readonly work: (item: Item) => Promise<Result>;
  readonly emit: (result: Result) => void;
};

type Begun<Result> =
  | { state: 'working' }
  | { state: 'done'; readonly result: Result }
  | { state: 'failed'; readonly error: unknown };

/** Rejects at once when the signal is aborted; what was begun then ends unheard. */
export async function inOrder<Item, Result>(
  items: Iterable<Item>,
  options: InOrder<Item, Result>,
): Promise<void> {
  const { limit, window, signal, gate, work, emit } = options;
  const begun: { now: Begun<Result> }[] = [];
  let working = 0;
  let ended = Promise.withResolvers<void>();

  const full = (): boolean => working >= limit || begun.length >= window;
  const begin = (item: Item): void => {
    const one: { now: Begun<Result> } = { now: { state: 'working' } };
    begun.push(one);
    working++;
    const end = (now: Begun<Result>): void => {
      one.now = now;
      working--;
      ended.resolve();
    };
    work(item).then(
      (result) => end({ state: 'done', result }),
      (error: unknown) => end({ state: 'failed', error }),
    );
  };
  const untilNext = async (): Promise<void> => {
    await untilAborted(ended.promise, signal);
    ended = Promise.withResolvers<void>();
    for (let first = begun[0]; first !== undefined && first.now.state !== 'working'; first = begun[0]) {
      if (first.now.state === 'failed') throw first.now.error;
      begun.shift();
      emit(first.now.result);
    }
  };

  for (const item of items) {
    if (gate !== undefined) await untilAborted(gate(), signal);
    signal.throwIfAborted();
    while (full()) await untilNext();
    begin(item);
  }
  while (begun.length > 0) await untilNext();
}

export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
