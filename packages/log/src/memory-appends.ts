/** Appends to `memory` channels: the same expectations and idempotency as on disk, answered at once. */
import type { Append, Appended, AppendResult } from './log.ts';
import type { MemoryChannels } from './memory-channels.ts';
import { IDEMPOTENCY_MS } from './sqlite/append-one.ts';

/** Idempotency keys kept for `memory` appends; beyond it the oldest goes before its 24 hours are over. */
const REMEMBERED_KEYS = 100_000;

type Remembered = { readonly fingerprint: string; readonly at: number; readonly answer: Appended };

/** What a repeat is told. The events themselves are not kept for it. */
const repeatOf = ({ results, ...answer }: Appended): Appended => ({
  ...answer,
  results: results.map((result) => ({ ...result, entries: [] })),
  duplicate: true,
});

export function createMemoryAppend(channels: MemoryChannels): (append: Append, at: number) => AppendResult {
  const answers = new Map<string, Remembered>();

  function forgetOld(at: number): void {
    for (const [key, remembered] of answers) {
      if (remembered.at > at - IDEMPOTENCY_MS && answers.size <= REMEMBERED_KEYS) return;
      answers.delete(key);
    }
  }

  function moved(append: Append): AppendResult | null {
    const heads = new Map<string, number>();
    for (const { channel, events, expectHead } of append.appends) {
      const head = heads.get(channel) ?? channels.head(channel);
      if (expectHead !== undefined && expectHead !== head)
        return { ok: false, reason: 'head_moved', channel, head };
      heads.set(channel, head + events.length);
    }
    return null;
  }

  return (append, at) => {
    const { idempotency } = append;
    forgetOld(at);
    const before = idempotency && answers.get(idempotency.key);
    if (before)
      return before.fingerprint === idempotency.fingerprint
        ? before.answer
        : { ok: false, reason: 'idempotency_key_reused', key: idempotency.key };
    const refused = moved(append);
    if (refused) return refused;
    const results = append.appends.map((one) => {
      const entries = channels.append(one, at);
      const last = channels.head(one.channel);
      const first = last - entries.length + 1;
      return {
        channel: one.channel,
        epoch: channels.epoch,
        first,
        last,
        durability: 'memory' as const,
        entries,
      };
    });
    const answer: Appended = { ok: true, results, versions: [], duplicate: false };
    if (idempotency)
      answers.set(idempotency.key, { fingerprint: idempotency.fingerprint, at, answer: repeatOf(answer) });
    return answer;
  };
}
