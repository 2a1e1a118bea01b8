import { describe, expect, it } from 'vitest';
import { accepted, dataOf, one, testEvent } from './fixtures.ts';
import type { Append } from '../log.ts';
import type { StartLog } from './start.ts';

/** Appends to `a`, which must have the head `expectHead`. */
const expecting = (expectHead: number): Append => ({
  appends: [{ channel: 'a', events: [testEvent(expectHead)], expectHead }],
});

/** Appends to `a` and to `b`, which must have the head `expectHead`, with a record. */
const aAndB = (expectHead: number): Append => ({
  appends: [
    { channel: 'a', events: [testEvent('a')] },
    { channel: 'b', events: [testEvent('b')], expectHead },
  ],
  records: [{ collection: 'c', id: 'r', value: 'state', at: 1 }],
});

/** Two parts for the same channel and the same record. */
const twice = (second: number, secondVersion: number): Append => ({
  appends: [
    { channel: 'a', events: [testEvent(1), testEvent(2)], expectHead: 0 },
    { channel: 'a', events: [testEvent(3)], expectHead: second },
  ],
  records: [
    { collection: 'c', id: 'r', value: 'first', ifVersion: 0, at: 0 },
    { collection: 'c', id: 'r', value: 'second', ifVersion: secondVersion, at: 1 },
  ],
});

export function describeExpectations(start: StartLog): void {
  describe('expectations', () => {
    it('[L4] appends only at the expected head, and otherwise says where the head is', async () => {
      const { log } = await start();
      expect((await log.append(expecting(0))).ok).toBe(true);
      expect(await log.append(expecting(0))).toEqual({
        ok: false,
        reason: 'head_moved',
        channel: 'a',
        head: 1,
      });
      expect((await log.append(expecting(1))).ok).toBe(true);
      expect(await dataOf(log, 'a')).toEqual([0, 1]);
    });

    it('[L4] lets one of many concurrent writers with the same expectation win', async () => {
      const { log } = await start();
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          log.append({ appends: [{ channel: 'a', events: [testEvent(n)], expectHead: 0 }] }),
        ),
      );
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect((await log.head('a')).offset).toBe(1);
    });

    it('[L5] writes all channels and records of an append, or none', async () => {
      const { log } = await start();
      await log.append(one('b', 'before'));
      expect(await log.append(aAndB(0))).toMatchObject({ ok: false, reason: 'head_moved', channel: 'b' });
      expect((await log.head('a')).offset).toBe(0);
      expect(await log.record('c', 'r')).toBeNull();
      expect(accepted(await log.append(aAndB(1))).versions).toEqual([2]);
      expect(await dataOf(log, 'a')).toEqual(['a']);
      expect(await dataOf(log, 'b')).toEqual(['before', 'b']);
    });

    it('[L4] looks at each part of an append as the parts before it leave things', async () => {
      const { log } = await start();
      expect(await log.append(twice(0, 2))).toMatchObject({ reason: 'head_moved', head: 2 });
      expect(await log.append(twice(2, 0))).toMatchObject({ reason: 'version_moved', version: 2 });
      expect((await log.head('a')).offset).toBe(0);
      const both = accepted(await log.append(twice(2, 2)));
      expect(both.results.map(({ first, last }) => [first, last])).toEqual([
        [1, 2],
        [3, 3],
      ]);
      expect(both.versions).toEqual([2, 3]);
      expect(await dataOf(log, 'a')).toEqual([1, 2, 3]);
      expect(await log.record('c', 'r')).toMatchObject({ value: 'second', version: 3 });
    });

    it('[L5] takes back the events when a record has moved', async () => {
      const { log } = await start();
      await log.append({ appends: [], records: [{ collection: 'c', id: 'r', value: 1 }] });
      const refused = await log.append({
        ...one('a', 'lost'),
        records: [
          { collection: 'c', id: 'other', value: 1 },
          { collection: 'c', id: 'r', value: 2, ifVersion: 0 },
        ],
      });
      expect(refused).toEqual({ ok: false, reason: 'version_moved', collection: 'c', id: 'r', version: 1 });
      expect((await log.head('a')).offset).toBe(0);
      expect(await log.record('c', 'other')).toBeNull();
      expect((await log.record('c', 'r'))?.value).toBe(1);
    });

    it('[L5] keeps the neighbours in a group of one that is refused', async () => {
      const { log } = await start();
      const results = await Promise.all([
        log.append(one('a', 1)),
        log.append({ appends: [{ channel: 'a', events: [testEvent('no')], expectHead: 77 }] }),
        log.append(one('a', 2)),
      ]);
      expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
      expect(await dataOf(log, 'a')).toEqual([1, 2]);
      expect((await log.read('a', { after: 0 })).entries.map(({ offset }) => offset)).toEqual([1, 2]);
    });

    it('refuses to mix disk with memory', async () => {
      const { log } = await start();
      const mixed = { appends: [...one('a', 1).appends, ...one('ring:a', 1).appends] };
      expect(await log.append(mixed)).toEqual({ ok: false, reason: 'mixed_durability' });
      const withRecord = { ...one('ring:a', 1), records: [{ collection: 'c', id: 'r', value: 1 }] };
      expect(await log.append(withRecord)).toEqual({ ok: false, reason: 'mixed_durability' });
      expect((await log.head('a')).offset).toBe(0);
      expect((await log.head('ring:a')).offset).toBe(0);
    });
  });
}
