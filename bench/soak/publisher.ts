/** Publishes the batches of a plan in order, each again and again under its key until it is acknowledged. */
import { createClient } from '@greenlight/client/client';
import type { Acknowledged } from '@greenlight/testkit/history/check-history';
import type { Position } from '@greenlight/protocol/position';
import { IMPATIENT } from './followers/sdk.ts';
import type { Batch, PlannedPublisher } from './plan.ts';
import { isVolatile } from './gateway.ts';
import { until } from './until.ts';

export type Ledger = {
  /** By channel. */
  readonly acknowledged: Map<string, Acknowledged[]>;
  /** Ids whose fate nobody knows. */
  readonly unknown: Set<string>;
  readonly troubles: string[];
  /** Answers that were those of an earlier try. */
  duplicates: number;
};

export const emptyLedger = (): Ledger => ({
  acknowledged: new Map(),
  unknown: new Set(),
  troubles: [],
  duplicates: 0,
});

type Answer = { readonly ok: true; readonly duplicate: boolean } & Position;
/** `again`: nobody can say whether it was published. */
type Tried = Answer | { readonly ok: false; readonly again: boolean; readonly detail: string };
type Try = (batch: Batch, patienceMs: number) => Promise<Tried>;

export type PublishOptions = {
  readonly url: string;
  readonly apiKey: string;
  /** When the schedule began, by `performance.now()`. */
  readonly startedAt: number;
  /** Unanswered batches of `memory` channels are not tried again: a new start has forgotten their keys. */
  readonly mayForget: boolean;
};

const PATIENCE_MS = 1_500;
const LONGEST_PATIENCE_MS = 6_000;
const PAUSE_MS = 50;
/** A batch that is not through by then, long after the last fault, never will be. A gateway may need many seconds to start. */
const GIVE_UP_MS = 120_000;

const eventsOf = ({ ids, padding }: Batch) =>
  ids.map((id) => ({ id, type: 'soak.event', data: { padding: 'x'.repeat(padding) } }));

export async function publish(
  planned: PlannedPublisher,
  ledger: Ledger,
  options: PublishOptions,
): Promise<void> {
  const { attempt, close } = planned.kind === 'sdk' ? withSdk(options) : withRest(options);
  for (const batch of planned.batches) {
    await until(options.startedAt + batch.atMs);
    await publishBatch(batch, ledger, { attempt, once: options.mayForget && isVolatile(batch.channel) });
  }
  close();
}

async function publishBatch(
  batch: Batch,
  ledger: Ledger,
  { attempt, once }: { attempt: Try; once: boolean },
): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (const id of batch.ids) ledger.unknown.add(id);
  for (let patienceMs = PATIENCE_MS; ;) {
    const began = performance.now();
    const tried = await attempt(batch, patienceMs);
    if (tried.ok) return acknowledge(batch, ledger, tried);
    if (!tried.again || performance.now() > giveUpAt) {
      ledger.troubles.push(`${batch.key} could not be published: ${tried.detail}`);
      return;
    }
    if (once) return;
    // Whoever answers late is busy, and may need more time rather than more questions.
    if (performance.now() - began >= patienceMs) patienceMs = Math.min(2 * patienceMs, LONGEST_PATIENCE_MS);
    await until(performance.now() + PAUSE_MS);
  }
}

function acknowledge({ channel, ids }: Batch, ledger: Ledger, { epoch, offset, duplicate }: Answer): void {
  const list = ledger.acknowledged.get(channel) ?? [];
  ledger.acknowledged.set(channel, list);
  if (duplicate) ledger.duplicates += 1;
  for (const [at, id] of ids.entries()) {
    ledger.unknown.delete(id);
    list.push({ id, epoch, offset: offset - ids.length + 1 + at });
  }
}

function withRest({ url, apiKey }: PublishOptions): { attempt: Try; close: () => void } {
  return {
    close: () => {},
    async attempt(batch, patienceMs) {
      try {
        const response = await fetch(`${url}/api/v1/channels/${batch.channel}/publications`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${apiKey}`,
            'content-type': 'application/json',
            'idempotency-key': batch.key,
          },
          body: JSON.stringify(eventsOf(batch)),
          signal: AbortSignal.timeout(patienceMs),
        });
        if (!response.ok) {
          const again = response.status >= 500 || response.status === 429;
          return { ok: false, again, detail: `${response.status} ${await response.text()}` };
        }
        return { ok: true, ...((await response.json()) as Omit<Answer, 'ok'>) };
      } catch (error) {
        return { ok: false, again: true, detail: String(error) };
      }
    },
  };
}

function withSdk({ url, apiKey }: PublishOptions): { attempt: Try; close: () => void } {
  const client = createClient({ url, credential: { token: apiKey }, limits: IMPATIENT });
  // A subscription of its own keeps the connection open that the commands are sent over.
  client.subscribe('soak:idle');
  return {
    close: () => client.close(),
    async attempt(batch, patienceMs) {
      const published = await Promise.race([
        client.publish(batch.channel, eventsOf(batch), { idempotencyKey: batch.key }),
        until(performance.now() + patienceMs),
      ]);
      if (!published) return { ok: false, again: true, detail: 'no answer in time' };
      if (published.ok) return published;
      return { ok: false, again: published.retryable, detail: `${published.code}: ${published.detail}` };
    },
  };
}
