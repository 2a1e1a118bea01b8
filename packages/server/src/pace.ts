/** So many arrivals in a second. Whoever is too many is told when to come, one after another, at the same pace. Pure. */
import { Budget } from './budget.ts';

/** Nobody is told to wait longer, ms: they may all be the same few, who ask again and again. */
const LONGEST_WAIT_MS = 30_000;

export class Pace {
  readonly #budget: Budget;
  readonly #gapMs: number;
  /** When the last one of those who were turned away is to come. */
  #lastTurn: number;

  /** Times in milliseconds. */
  constructor(perSecond: number, now: number) {
    this.#budget = new Budget(perSecond, now);
    this.#gapMs = 1_000 / perSecond;
    this.#lastTurn = now;
  }

  /** 0: come in. Else the time after which to come again, ms. */
  arrive(now: number): number {
    if (this.#budget.spend(now)) return 0;
    this.#lastTurn = Math.min(Math.max(this.#lastTurn, now) + this.#gapMs, now + LONGEST_WAIT_MS);
    return Math.ceil(this.#lastTurn - now);
  }
}
