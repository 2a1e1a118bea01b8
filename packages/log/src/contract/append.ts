import { describe, expect, it } from 'vitest';
import { accepted, dataOf, one, testEvent } from './fixtures.ts';
import type { StartLog } from './start.ts';

export function describeAppend(start: StartLog): void {
  describe('append and read', () => {
    it('[L1] counts the offsets of a channel from 1, without holes, in the order of the appends', async () => {
      const { log } = await start();
      const first = accepted(await log.append(one('a', 'x', 'y')));
      const second = accepted(await log.append(one('a', 'z')));
      expect(first.results[0]).toMatchObject({ channel: 'a', first: 1, last: 2, durability: 'disk' });
      expect(second.results[0]).toMatchObject({ first: 3, last: 3 });
      const page = await log.read('a', { after: 0 });
      expect(page.entries.map(({ offset }) => offset)).toEqual([1, 2, 3]);
      expect(page).toMatchObject({ head: 3, earliest: 1, epoch: first.results[0]?.epoch });
      expect(await dataOf(log, 'a')).toEqual(['x', 'y', 'z']);
    });

    it('[L2] gives a channel without events the head `epoch:0`, with the epoch that its first event has', async () => {
      const { log } = await start();
      const before = await log.head('new');
      expect(before.offset).toBe(0);
      expect(await log.read('new', { after: 0 })).toEqual({
        epoch: before.epoch,
        entries: [],
        head: 0,
        earliest: 1,
      });
      expect(await log.channels()).toEqual([]);
      expect(accepted(await log.append(one('new', 1))).results[0]?.epoch).toBe(before.epoch);
    });

    it('gives back the event as it was, in any script', async () => {
      const { log } = await start();
      const event = testEvent({ text: 'Grüße, 世界 \u{1F7E2} "\\\n\u2028', deep: [{ a: null }] });
      await log.append({ appends: [{ channel: 'a', events: [event] }] });
      const [entry] = (await log.read('a', { after: 0 })).entries;
      expect(JSON.parse(entry?.json ?? '')).toEqual(event);
    });

    for (const kind of ['', 'ring:'])
      it(`[L22] hands back exactly what it will read, for each ${kind}channel of an append`, async () => {
        const { log } = await start();
        await log.append(one(`${kind}a`, 'before'));
        const both = { appends: [...one(`${kind}a`, 'ü', { n: 1 }).appends, ...one(`${kind}b`, 2).appends] };
        const { results } = accepted(await log.append(both));
        expect(results.map(({ first, entries }) => [first, entries.length])).toEqual([
          [2, 2],
          [1, 1],
        ]);
        for (const { channel, first, entries } of results)
          expect(entries).toEqual((await log.read(channel, { after: first - 1 })).entries);
      });

    it('[L1] gives concurrent appends offsets of their own, in the order in which they were called', async () => {
      const { log } = await start();
      const results = await Promise.all(Array.from({ length: 300 }, (_, n) => log.append(one('a', n))));
      expect(results.map((result) => accepted(result).results[0]?.last)).toEqual(
        Array.from({ length: 300 }, (_, n) => n + 1),
      );
      expect(await dataOf(log, 'a')).toEqual(Array.from({ length: 300 }, (_, n) => n));
    });

    it('[L3] shows every acknowledged event to the next read and head', async () => {
      const { log } = await start();
      for (let n = 1; n <= 20; n++) {
        await log.append(one('a', n));
        expect((await log.head('a')).offset).toBe(n);
        expect((await log.read('a', { after: n - 1 })).entries).toHaveLength(1);
      }
    });

    it('reads pages by count and by bytes, at least one entry each', async () => {
      const { log } = await start();
      await log.append(one('a', ...Array.from({ length: 10 }, () => 'x'.repeat(1_000))));
      const offsets = async (options: { after: number; limit?: number; maxBytes?: number }) =>
        (await log.read('a', options)).entries.map(({ offset }) => offset);
      expect(await offsets({ after: 3, limit: 2 })).toEqual([4, 5]);
      expect(await offsets({ after: 3, maxBytes: 1 })).toEqual([4]);
      expect(await offsets({ after: 3, maxBytes: 2_500 })).toEqual([4, 5]);
      expect(await offsets({ after: 10 })).toEqual([]);
      expect(await offsets({ after: 99 })).toEqual([]);
    });

    it('keeps channels apart and lists them', async () => {
      const { log } = await start();
      await log.append(one('a', 1));
      await log.append(one('b', 2, 3));
      await log.append(one('ring:c', 4));
      expect(await dataOf(log, 'b')).toEqual([2, 3]);
      const heads = await log.heads(['a', 'b', 'ring:c', 'none']);
      expect([...heads].map(([channel, { offset }]) => [channel, offset])).toEqual([
        ['a', 1],
        ['b', 2],
        ['ring:c', 1],
        ['none', 0],
      ]);
      const listed = await log.channels();
      expect(listed.map(({ channel, head, durability }) => [channel, head, durability])).toEqual([
        ['a', 1, 'disk'],
        ['b', 2, 'disk'],
        ['ring:c', 1, 'memory'],
      ]);
      const { entries } = await log.read('b', { after: 0 });
      const stored = entries.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
      expect(listed.find(({ channel }) => channel === 'b')?.bytes).toBe(stored);
    });

    it('throws for what only a bug can ask: no events, a wrong channel name, a record of a missing append', async () => {
      const { log } = await start();
      await expect(log.append(one('a'))).rejects.toThrow('has no events');
      await expect(log.append(one('not, a name', 1))).rejects.toThrow('not a channel name');
      const record = { collection: 'c', id: 'r', value: 1, at: 1 };
      await expect(log.append({ ...one('a', 1), records: [record] })).rejects.toThrow('names append 1');
      expect((await log.head('a')).offset).toBe(0);
    });
  });
}
