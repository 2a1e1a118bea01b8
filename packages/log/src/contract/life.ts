import { describe, expect, it } from 'vitest';
import { accepted, dataOf, one, repeatOf } from './fixtures.ts';
import type { StartLog } from './start.ts';

export function describeLife(start: StartLog): void {
  describe('life', () => {
    it('[L12] finds everything again after it was closed and opened', async () => {
      const { log, reopen } = await start();
      const append = {
        ...one('a', 1, 2),
        records: [{ collection: 'c', id: 'r', value: { n: 1 }, parent: 'p', at: 0 }],
        idempotency: { key: 'k', fingerprint: 'f' },
      };
      const first = accepted(await log.append(append));
      const again = await reopen();
      expect(await dataOf(again, 'a')).toEqual([1, 2]);
      expect(await again.head('a')).toEqual({ epoch: first.results[0]?.epoch, offset: 2 });
      expect(await again.record('c', 'r')).toEqual({ id: 'r', value: { n: 1 }, version: 2, parent: 'p' });
      expect(await again.append(append)).toEqual(repeatOf(first));
    });

    it('finishes what is under way when it closes, refuses what comes after, and closes twice without harm', async () => {
      const { log, reopen } = await start();
      const underWay = Array.from({ length: 50 }, (_, n) => log.append(one('a', n)));
      const closed = log.close();
      const late = await log.append(one('a', 'late'));
      expect((await Promise.all(underWay)).every(({ ok }) => ok)).toBe(true);
      expect(late).toMatchObject({ ok: false, reason: 'unavailable' });
      await closed;
      await log.close();
      expect(await dataOf(await reopen(), 'a')).toHaveLength(50);
    });
  });
}
