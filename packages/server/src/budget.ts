/** So much in a second: a full second's worth at once, refilled steadily. Pure. */
export class Budget {
  readonly #perSecond: number;
  #left: number;
  #at: number;

  /** Times in milliseconds. */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#at = now;
  }

  /** False when there is nothing left. The last spending may go beyond what is left: it is paid off before the next. */
  spend(now: number, amount = 1): boolean {
    this.#refill(now);
    if (this.#left < 1) return false;
    this.#left -= amount;
    return true;
  }

  /** For what cannot be refused any more. */
  charge(now: number, amount: number): void {
    this.#refill(now);
    this.#left -= amount;
  }

  /** Until something may be spent again, ms. */
  waitMs(now: number): number {
    this.#refill(now);
    return Math.max(0, Math.ceil(((1 - this.#left) / this.#perSecond) * 1_000));
  }

  /** Nothing was spent lately: a new one would be the same. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#left >= this.#perSecond;
  }

  #refill(now: number): void {
    const earned = (Math.max(0, now - this.#at) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + earned);
    this.#at = now;
  }
}
