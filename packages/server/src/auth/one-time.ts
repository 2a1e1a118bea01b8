/** Secrets that count once: tickets and sign-in codes. Kept as hashes; spending one is a single conditional write. */
import type { Log, RecordWrite, StoredRecord } from '@greenlight/log/log';
import { notStored } from './account-events.ts';
import { forgetRecords } from './forget-records.ts';
import { digestOf, newSecret } from './secret.ts';

export type OneTimeOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly collection: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly lifeMs: number;
  /** Unspent ones of one owner. Default: any number. */
  readonly maxPending?: number;
};

export type MintedSecret =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly reason: 'too_many'; readonly retryAfterMs: number };

export type Spent<Value> =
  | { readonly state: 'spent'; readonly value: Value; readonly ageMs: number }
  | NotSpent;
/** What can be spent, with the way to do it: of any number of simultaneous calls for one secret exactly one gives `spent`. */
export type Looked<Value> =
  | (Extract<Spent<Value>, { state: 'spent' }> & { readonly spend: () => Promise<Spent<Value>> })
  | NotSpent;
/** `usedMsAgo`: since its one use. */
export type NotSpent =
  | { readonly state: 'unknown' }
  | { readonly state: 'expired'; readonly ageMs: number }
  | { readonly state: 'already_used'; readonly ageMs: number; readonly usedMsAgo: number };

export interface OneTimeSecrets<Value> {
  mint(value: Value, owner: string): Promise<MintedSecret>;
  /** Looks without spending. `spent` here means: it could be spent now. */
  look(secret: string): Promise<Looked<Value>>;
  /** Of any number of simultaneous calls with one secret exactly one gives `spent`. */
  spend(secret: string): Promise<Spent<Value>>;
}

type Stored<Value> = { readonly value: Value; readonly expiresAt: number; readonly spentAt?: number };

/** How long a used or expired one is still told from one that never was. */
const REMEMBER_MS = 10 * 60_000;
const SWEEP_EVERY_MS = 60_000;

export function createOneTimeSecrets<Value>(options: OneTimeOptions): OneTimeSecrets<Value> {
  const { log, collection, clock, lifeMs, maxPending = Number.POSITIVE_INFINITY } = options;
  let sweptAt = clock();

  async function mint(value: Value, owner: string): Promise<MintedSecret> {
    await sweep();
    for (;;) {
      // Each mint moves the owner's gate, so of two that counted the same pending ones, one has to count again.
      const gate = await log.record(collection, gateOf(owner));
      const now = clock();
      const pending = (await log.records(collection, { parent: owner, limit: 1_000 }))
        .map((record) => (record.value as Stored<Value>).expiresAt)
        .filter((expiresAt) => expiresAt > now);
      if (pending.length >= maxPending)
        return { ok: false, reason: 'too_many', retryAfterMs: Math.min(...pending) - now };
      const secret = newSecret();
      const expiresAt = now + lifeMs;
      const appended = await log.append({
        appends: [],
        records: [
          { collection, id: gateOf(owner), value: { expiresAt }, ifVersion: gate?.version ?? 0 },
          { collection, id: digestOf(secret), parent: owner, value: { value, expiresAt } },
        ],
      });
      if (appended.ok) return { ok: true, secret };
      if (appended.reason !== 'version_moved') throw notStored('A one-time secret', appended);
    }
  }

  async function look(secret: string): Promise<Looked<Value>> {
    const record = await log.record(collection, digestOf(secret));
    if (!record) return { state: 'unknown' };
    const { value, expiresAt, spentAt } = record.value as Stored<Value>;
    const now = clock();
    const ageMs = now - (expiresAt - lifeMs);
    if (spentAt !== undefined) return { state: 'already_used', ageMs, usedMsAgo: now - spentAt };
    if (expiresAt <= now) return { state: 'expired', ageMs };
    const found = { state: 'spent', value, ageMs } as const;
    return { ...found, spend: () => spendRecord(record, found) };
  }

  async function spendRecord(
    record: StoredRecord,
    found: Extract<Spent<Value>, { state: 'spent' }>,
  ): Promise<Spent<Value>> {
    // Without its owner as parent it no longer counts as pending.
    const value = { ...(record.value as Stored<Value>), spentAt: clock() };
    const write: RecordWrite = { collection, id: record.id, value, ifVersion: record.version };
    const appended = await log.append({ appends: [], records: [write] });
    if (appended.ok) return found;
    if (appended.reason === 'version_moved')
      return { state: 'already_used', ageMs: found.ageMs, usedMsAgo: 0 };
    throw notStored('The use of a one-time secret', appended);
  }

  async function sweep(): Promise<void> {
    const now = clock();
    if (now - sweptAt < SWEEP_EVERY_MS) return;
    sweptAt = now;
    const isOld = ({ value }: StoredRecord): boolean =>
      (value as Stored<Value>).expiresAt + REMEMBER_MS < now;
    await forgetRecords(log, collection, isOld);
  }

  return {
    mint,
    look,
    async spend(secret) {
      const found = await look(secret);
      return found.state === 'spent' ? found.spend() : found;
    },
  };
}

const gateOf = (owner: string): string => `gate:${owner}`;
