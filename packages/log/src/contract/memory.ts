import { describe, expect, it } from 'vitest';
import { accepted, dataOf, one } from './fixtures.ts';
import type { StartLog } from './start.ts';

export function describeMemory(start: StartLog): void {
  describe('memory channels', () => {
    it('[L10] says that a memory append reached memory only', async () => {
      const { log } = await start();
      expect(log.durability('ring:a')).toBe('memory');
      expect(log.durability('a')).toBe('disk');
      expect(accepted(await log.append(one('ring:a', 1))).results[0]?.durability).toBe('memory');
    });

    it('[L9] keeps a memory channel within its bounds at once', async () => {
      const { log } = await start();
      for (let n = 1; n <= 12; n++) await log.append(one('ring:a', n));
      expect(await dataOf(log, 'ring:a')).toEqual([8, 9, 10, 11, 12]);
      expect(await log.read('ring:a', { after: 9 })).toMatchObject({ head: 12, earliest: 8 });
      expect(await dataOf(log, 'ring:a', 10)).toEqual([11, 12]);
      expect(await log.trim('ring:a', 11)).toBe(4);
      expect(await dataOf(log, 'ring:a')).toEqual([12]);
    });

    it('[L11] has another epoch after each start, so that no old position is misread', async () => {
      const { log, reopen } = await start();
      await log.append(one('ring:a', 1));
      const before = await log.head('ring:a');
      const again = await reopen();
      const after = await again.head('ring:a');
      expect(after.offset).toBe(0);
      expect(after.epoch).not.toBe(before.epoch);
      expect(after.epoch).not.toBe((await again.head('a')).epoch);
    });
  });
}
