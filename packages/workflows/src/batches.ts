/** Gathers items while the previous batch is on its way, so that the pace is the receiver's. */
export interface Batches<Item> {
  add(item: Item): void;
  /** Sends the rest without waiting for its turn. Rejects when sending failed. */
  done(): Promise<void>;
}

export type BatchesOptions<Item> = {
  readonly send: (items: readonly Item[]) => void | Promise<void>;
  /** Resolves when the receiver is ready for more. */
  readonly pace: () => Promise<void>;
};

export function createBatches<Item>({ send, pace }: BatchesOptions<Item>): Batches<Item> {
  const hurry = Promise.withResolvers<void>();
  let waiting: Item[] = [];
  let sending: Promise<void> | null = null;

  async function sendAll(): Promise<void> {
    // What is added in the same turn goes together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      await send(items);
      await Promise.race([pace(), hurry.promise]);
    }
    sending = null;
  }

  return {
    add(item) {
      waiting.push(item);
      if (sending) return;
      sending = sendAll();
      // Whoever waits for `done` hears of it.
      sending.catch(() => {});
    },
    async done() {
      hurry.resolve();
      await sending;
    },
  };
}

/** A list in pieces of at most `size`. */
export function inPieces<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  const pieces: (readonly Item[])[] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}
