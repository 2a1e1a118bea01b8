/** What every log MUST do, as tests: call it in the test file of an implementation. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { accepted, dataOf, one, testEvent } from './contract-fixtures.ts';
import { agree, step } from './contract-model.ts';
import type { Append, ChannelPolicy, Log } from './log.ts';

export type LogToTest = {
  readonly policies: readonly ChannelPolicy[];
  readonly clock: () => number;
};

export type LogUnderTest = {
  readonly log: Log;
  /** Opens the same store again, after `log` was closed. */
  readonly reopen: () => Promise<Log>;
  /** Releases and removes everything; the logs are closed by then. */
  readonly dispose: () => Promise<void>;
};

const POLICIES: readonly ChannelPolicy[] = [
  { pattern: 'ring:*', durability: 'memory', retention: { maxEvents: 5 } },
  { pattern: 'few:*', durability: 'disk', retention: { maxEvents: 3 } },
  { pattern: 'small:*', durability: 'disk', retention: { maxBytes: 1_000 } },
  { pattern: 'short:*', durability: 'disk', retention: { maxAgeMs: 1_000 } },
];

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

const keyed = (key: string, fingerprint: string, ...data: readonly unknown[]): Append => ({
  ...one('a', ...data),
  idempotency: { key, fingerprint },
});

export function describeLog(name: string, open: (options: LogToTest) => Promise<LogUnderTest>): void {
  describe(`log contract: ${name}`, () => {
    const used: { logs: Log[]; dispose: () => Promise<void> }[] = [];
    let now = Date.parse('2026-01-01T00:00:00Z');
    async function start(): Promise<{ log: Log; reopen: () => Promise<Log> }> {
      const { log, reopen, dispose } = await open({ policies: POLICIES, clock: () => now });
      const logs = [log];
      used.push({ logs, dispose });
      return {
        log,
        reopen: async () => {
          await logs.at(-1)?.close();
          const again = await reopen();
          logs.push(again);
          return again;
        },
      };
    }
    afterEach(async () => {
      for (const { logs, dispose } of used.splice(0)) {
        for (const log of logs) await log.close();
        await dispose();
      }
    });

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

    describe('idempotency', () => {
      for (const channel of ['a', 'ring:a'])
        it(`[L7] answers a repeat in ${channel} with the first answer and writes nothing`, async () => {
          const { log } = await start();
          const append = { ...one(channel, 1, 2), idempotency: { key: 'k', fingerprint: 'f' } };
          const first = accepted(await log.append(append));
          await log.append(one(channel, 3));
          expect(await log.append(append)).toEqual({ ...first, duplicate: true });
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
        const { log } = await start();
        const refused = {
          ...keyed('k', 'f', 0),
          appends: [{ channel: 'a', events: [testEvent(0)], expectHead: 9 }],
        };
        expect((await log.append(refused)).ok).toBe(false);
        expect(accepted(await log.append(keyed('k', 'f', 1))).duplicate).toBe(false);
        now += 24 * 60 * 60 * 1000 - 1;
        expect(accepted(await log.append(keyed('k', 'f', 2))).duplicate).toBe(true);
        now += 1;
        expect(accepted(await log.append(keyed('k', 'f', 3))).duplicate).toBe(false);
        expect(await dataOf(log, 'a')).toEqual([1, 3]);
      });
    });

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
        const { log } = await start();
        await log.append(one('few:a', 1, 2, 3, 4, 5));
        await log.append(one('small:a', ...Array.from({ length: 10 }, () => 'x'.repeat(200))));
        await log.append(one('short:a', 1));
        await log.append(one('kept', 1, 2, 3, 4, 5));
        now += 1_000;
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
        expect(await again.append(append)).toEqual({ ...first, duplicate: true });
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

    it('[L1] [L4] agrees with a list in memory, whatever is appended, trimmed and opened again', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const { log, reopen } = await start();
          await agree(steps, log, reopen);
        }),
        { numRuns: 25 },
      );
    });
  });
}
