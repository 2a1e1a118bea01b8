/** What arrived and was not looked at yet. */
import { within } from './within.ts';

export const PATIENCE_MS = 30_000;

export class Inbox<Item> {
  readonly #items: Item[] = [];
  #wake: (() => void) | null = null;
  #ended: string | null = null;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(why: string): void {
    this.#ended ??= why;
    this.#wake?.();
  }

  /** Waits for the next one; fails when the stream ends first. */
  async next(what = 'message', ms = PATIENCE_MS): Promise<Item> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (this.#ended !== null) throw new Error(`Waiting for the next ${what}: ${this.#ended}.`);
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within(ms, what, changed);
    }
  }

  /** Drops what does not match. */
  async until(matches: (item: Item) => boolean, what = 'awaited message', ms = PATIENCE_MS): Promise<Item> {
    const end = performance.now() + ms;
    for (;;) {
      const item = await this.next(what, Math.max(1, end - performance.now()));
      if (matches(item)) return item;
    }
  }

  /** All that there will ever be. */
  async rest(what = 'end of the stream'): Promise<Item[]> {
    const items: Item[] = [];
    while (this.#ended === null || this.#items.length > 0) {
      const item = this.#items.shift();
      if (item !== undefined) items.push(item);
      else
        await within(
          PATIENCE_MS,
          what,
          new Promise<void>((resolve) => {
            this.#wake = resolve;
          }),
        );
    }
    return items;
  }
}
