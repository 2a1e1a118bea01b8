/** How much those who are in may ask for in a second: commands and bytes, of a connection, a credential, a user and an address. */
import type { Identity } from '@greenlight/handshake/identity';
import { Budget } from './budget.ts';
import { addressBlock } from './client-address.ts';
import type { Limits } from './limits.ts';

export type Worker = { readonly address: string; readonly identity: Identity | null };

/** What was too much, as a sentence, and when to go on. */
export type Excess = { readonly reason: string; readonly retryAfterMs: number };

export interface Work {
  /** One HTTP request, before its body is read. Null: go ahead. */
  request(worker: Worker): Excess | null;
  /** Its body. */
  body(worker: Worker, bytes: number): void;
  /** What one connection sends: gives a meter that is asked about each message. */
  connection(worker: () => Worker): (text: string) => Excess | null;
}

export type WorkOptions = {
  readonly limits: Pick<
    Limits,
    | 'commandsPerSecond'
    | 'commandsPerSecondPerKey'
    | 'commandsPerSecondPerUser'
    | 'commandsPerSecondPerAddress'
    | 'bytesPerSecondPerKey'
    | 'bytesPerSecondPerUser'
    | 'bytesPerSecondPerAddress'
  >;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

/** Budgets of everybody who spent something lately. */
class Budgets {
  readonly #perSecond: number;
  readonly #of = new Map<string, Budget>();
  #sweepAt = SWEEP_ABOVE;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  of(key: string, now: number): Budget {
    const found = this.#of.get(key);
    if (found) return found;
    if (this.#of.size >= this.#sweepAt) this.#sweep(now);
    const budget = new Budget(this.#perSecond, now);
    this.#of.set(key, budget);
    return budget;
  }

  /** Only now and then, so that a crowd does not make each of them pay for a look at all. */
  #sweep(now: number): void {
    for (const [key, budget] of this.#of) if (budget.isFull(now)) this.#of.delete(key);
    this.#sweepAt = Math.max(SWEEP_ABOVE, this.#of.size * 2);
  }
}

const SWEEP_ABOVE = 1_000;

export function createWork({ limits, clock }: WorkOptions): Work {
  const commands = {
    key: new Budgets(limits.commandsPerSecondPerKey),
    user: new Budgets(limits.commandsPerSecondPerUser),
    address: new Budgets(limits.commandsPerSecondPerAddress),
  };
  const bytes = {
    key: new Budgets(limits.bytesPerSecondPerKey),
    user: new Budgets(limits.bytesPerSecondPerUser),
    address: new Budgets(limits.bytesPerSecondPerAddress),
  };

  /** Those that count for this one, the narrowest first. */
  function* budgetsOf(of: typeof commands, { address, identity }: Worker, now: number) {
    if (identity) {
      yield ['One credential', of.key.of(identity.credentialId, now)] as const;
      yield [`"${identity.user}"`, of.user.of(identity.user, now)] as const;
    }
    yield [address, of.address.of(addressBlock(address), now)] as const;
  }

  function spend(worker: Worker, size: number): Excess | null {
    const now = clock();
    for (const [who, budget] of budgetsOf(commands, worker, now))
      if (!budget.spend(now)) return tooMuch(`${who} sent too many commands`, budget.waitMs(now));
    for (const [who, budget] of budgetsOf(bytes, worker, now))
      if (!budget.spend(now, size)) return tooMuch(`${who} sent too many bytes`, budget.waitMs(now));
    return null;
  }

  return {
    request: (worker) => spend(worker, 0),
    body(worker, size) {
      const now = clock();
      for (const [, budget] of budgetsOf(bytes, worker, now)) budget.charge(now, size);
    },
    connection(worker) {
      const own = new Budget(limits.commandsPerSecond, clock());
      return (text) =>
        own.spend(clock())
          ? spend(worker(), Buffer.byteLength(text))
          : {
              reason: `One connection may send ${limits.commandsPerSecond} messages a second.`,
              retryAfterMs: 1_000,
            };
    },
  };
}

const tooMuch = (what: string, retryAfterMs: number): Excess => ({
  reason: `${what} in a second; go on more slowly.`,
  retryAfterMs: Math.max(1, retryAfterMs),
});
