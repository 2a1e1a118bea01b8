import { describe, expect, it } from 'vitest';
import { accepted, one } from './fixtures.ts';
import type { Append, Log } from '../log.ts';
import type { StartLog } from './start.ts';

export function describeRecords(start: StartLog): void {
  describe('records', () => {
    it('[L6] gives a record the offset of the event that wrote it as its version, else the old one plus 1', async () => {
      const { log } = await start();
      await log.append(one('a', 1, 2, 3));
      const write = (append: Partial<Append>, at?: number) =>
        log.append({
          appends: [],
          ...append,
          records: [{ collection: 'c', id: 'r', value: { n: 1 }, ...(at !== undefined && { at }) }],
        });
      expect(accepted(await write({})).versions).toEqual([1]);
      expect(accepted(await write(one('a', 4, 5), 0)).versions).toEqual([5]);
      expect(accepted(await write({})).versions).toEqual([6]);
      expect(await log.record('c', 'r')).toEqual({ id: 'r', value: { n: 1 }, version: 6, parent: null });
    });

    it('[L4] writes a record only at the expected version; 0 means that there is none', async () => {
      const { log } = await start();
      const write = (ifVersion: number, value: unknown = 'v') =>
        log.append({ appends: [], records: [{ collection: 'c', id: 'r', value, ifVersion }] });
      expect((await write(1)).ok).toBe(false);
      expect((await write(0)).ok).toBe(true);
      expect((await write(0)).ok).toBe(false);
      expect((await write(1)).ok).toBe(true);
      expect((await write(2, null)).ok).toBe(true);
      expect(await log.record('c', 'r')).toBeNull();
      expect((await write(0)).ok).toBe(true);
    });

    it('pages through a collection by id, in both directions, and under a parent', async () => {
      const { log } = await start();
      const records = ['a', 'b', 'c', 'd', 'e'].map((id, n) => ({
        collection: 'c',
        id,
        value: n,
        parent: n % 2 === 0 ? 'even' : 'odd',
      }));
      await log.append({ appends: [], records: [...records, { collection: 'other', id: 'x', value: 1 }] });
      const ids = async (page: Parameters<Log['records']>[1]) =>
        (await log.records('c', page)).map(({ id }) => id);
      expect(await ids({})).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await ids({ limit: 2 })).toEqual(['a', 'b']);
      expect(await ids({ after: 'b', limit: 2 })).toEqual(['c', 'd']);
      expect(await ids({ descending: true, limit: 2 })).toEqual(['e', 'd']);
      expect(await ids({ descending: true, after: 'd' })).toEqual(['c', 'b', 'a']);
      expect(await ids({ parent: 'even', after: 'a' })).toEqual(['c', 'e']);
      expect(await log.count('c')).toBe(5);
      expect(await log.count('c', 'odd')).toBe(2);
      expect(await log.count('none')).toBe(0);
    });
  });
}
