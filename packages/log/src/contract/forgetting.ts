import { describe, expect, it } from 'vitest';
import { accepted, dataOf, one, testEvent } from './fixtures.ts';
import type { StartLog } from './start.ts';

export function describeForgetting(start: StartLog): void {
  describe('forgetting', () => {
    it('[L8] trims up to an offset and never uses an offset again', async () => {
      const { log, reopen } = await start();
      await log.append(one('a', 1, 2, 3, 4));
      expect(await log.trim('a', 2)).toBe(2);
      expect(await log.trim('a', 2)).toBe(0);
      expect(await log.read('a', { after: 0 })).toMatchObject({ head: 4, earliest: 3 });
      expect(await dataOf(log, 'a')).toEqual([3, 4]);
      expect(await log.trim('a', 99)).toBe(2);
      expect(await log.read('a', { after: 0 })).toMatchObject({ entries: [], head: 4, earliest: 5 });
      const again = await reopen();
      expect(accepted(await again.append(one('a', 5))).results[0]?.first).toBe(5);
      expect(await again.trim('none', 9)).toBe(0);
    });

    it('[L9] keeps at most as many events, bytes and milliseconds as the policy says', async () => {
      const { log, pass } = await start();
      await log.append(one('few:a', 1, 2, 3, 4, 5));
      await log.append(one('small:a', ...Array.from({ length: 10 }, () => 'x'.repeat(200))));
      await log.append(one('short:a', 1));
      await log.append(one('kept', 1, 2, 3, 4, 5));
      pass(1_000);
      await log.append(one('short:a', 2));
      expect(await log.retain()).toBe(2 + 7 + 1);
      expect(await dataOf(log, 'few:a')).toEqual([3, 4, 5]);
      expect(await dataOf(log, 'short:a')).toEqual([2]);
      const info = new Map((await log.channels()).map((channel) => [channel.channel, channel]));
      expect(info.get('small:a')?.bytes).toBeLessThanOrEqual(1_000);
      expect(info.get('small:a')).toMatchObject({ head: 10, earliest: 8 });
      expect(info.get('kept')).toMatchObject({ head: 5, earliest: 1 });
      expect(await log.retain()).toBe(0);
    });

    it('[L9] forgets many events in many channels in one round', async () => {
      const { log } = await start();
      const channels = Array.from({ length: 250 }, (_, n) => `few:${n}`);
      await log.append({
        appends: channels.map((channel) => ({
          channel,
          events: Array.from({ length: 15 }, (_, n) => testEvent(n)),
        })),
      });
      expect(await log.retain()).toBe(250 * 12);
      for (const { head, earliest } of await log.channels()) expect([head, earliest]).toEqual([15, 13]);
    });
  });
}
