import { describe, expect, it } from 'vitest';
import { accepted, dataOf, one, repeatOf, testEvent } from './fixtures.ts';
import type { Append } from '../log.ts';
import type { StartLog } from './start.ts';

const keyed = (key: string, fingerprint: string, ...data: readonly unknown[]): Append => ({
  ...one('a', ...data),
  idempotency: { key, fingerprint },
});

export function describeIdempotency(start: StartLog): void {
  describe('idempotency', () => {
    for (const channel of ['a', 'ring:a'])
      it(`[L7] answers a repeat in ${channel} with the first answer and writes nothing`, async () => {
        const { log } = await start();
        const append = { ...one(channel, 1, 2), idempotency: { key: 'k', fingerprint: 'f' } };
        const first = accepted(await log.append(append));
        await log.append(one(channel, 3));
        expect(await log.append(append)).toEqual(repeatOf(first));
        expect(await dataOf(log, channel)).toEqual([1, 2, 3]);
        const other = { ...append, idempotency: { key: 'k', fingerprint: 'other' } };
        expect(await log.append(other)).toEqual({ ok: false, reason: 'idempotency_key_reused', key: 'k' });
      });

    it('[L7] writes once when the repeats arrive together', async () => {
      const { log } = await start();
      const results = await Promise.all(Array.from({ length: 20 }, () => log.append(keyed('k', 'f', 1))));
      expect(results.filter((result) => !accepted(result).duplicate)).toHaveLength(1);
      expect(await dataOf(log, 'a')).toEqual([1]);
    });

    it('[L7] forgets a key after 24 hours, and never keeps the key of a refused append', async () => {
      const { log, pass } = await start();
      const refused = {
        ...keyed('k', 'f', 0),
        appends: [{ channel: 'a', events: [testEvent(0)], expectHead: 9 }],
      };
      expect((await log.append(refused)).ok).toBe(false);
      expect(accepted(await log.append(keyed('k', 'f', 1))).duplicate).toBe(false);
      pass(24 * 60 * 60 * 1000 - 1);
      expect(accepted(await log.append(keyed('k', 'f', 2))).duplicate).toBe(true);
      pass(1);
      expect(accepted(await log.append(keyed('k', 'f', 3))).duplicate).toBe(false);
      expect(await dataOf(log, 'a')).toEqual([1, 3]);
    });
  });
}
