/** Appends to `memory` channels: the same expectations and idempotency as on disk, answered at once. */
import type { Append, AppendResult } from './log.ts';
import type { MemoryChannels } from './memory-channels.ts';
import { IDEMPOTENCY_MS } from './sqlite/append-one.ts';

/** Idempotency keys kept for `memory` appends; beyond it the oldest goes before its 24 hours are over. */
const REMEMBERED_KEYS = 100_000;

type Remembered = { readonly fingerprint: string; readonly at: number; readonly answer: AppendResult };

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
        ? { ...before.answer, ...(before.answer.ok && { duplicate: true }) }
        : { ok: false, reason: 'idempotency_key_reused', key: idempotency.key };
    const refused = moved(append);
    if (refused) return refused;
    const results = append.appends.map((one) => ({
      channel: one.channel,
      epoch: channels.epoch,
      ...channels.append(one, at),
      durability: 'memory' as const,
    }));
    const answer: AppendResult = { ok: true, results, versions: [], duplicate: false };
    if (idempotency) answers.set(idempotency.key, { fingerprint: idempotency.fingerprint, at, answer });
    return answer;
  };
}
