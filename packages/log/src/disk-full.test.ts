import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataOf, one } from './contract/fixtures.ts';
import { openLog, type FolderLog } from './open-log.ts';

const LIMIT = 512 * 1024;
let folder: string;
let log: FolderLog;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-full-'));
  log = await openLog({ folder, maxFileBytes: LIMIT });
});
afterEach(async () => {
  await log.close();
  await rm(folder, { recursive: true, force: true });
});

const big = (n: number): Record<string, unknown> => ({ n, padding: 'x'.repeat(10_000) });

/** Appends until there is no more room; gives how many fitted. */
async function fill(): Promise<number> {
  for (let n = 1; ; n++) {
    const result = await log.append({
      ...one('a', big(n)),
      records: [{ collection: 'c', id: 'last', value: n, at: 0 }],
    });
    if (result.ok) continue;
    expect(result).toMatchObject({ reason: 'unavailable' });
    expect(result.reason === 'unavailable' && result.detail).toMatch(/full/);
    return n - 1;
  }
}

describe('a full disk', () => {
  it('[L19] refuses the append as unavailable and leaves nothing half written', async () => {
    const fitted = await fill();
    expect(fitted).toBeGreaterThan(10);
    expect((await log.head('a')).offset).toBe(fitted);
    expect(await log.record('c', 'last')).toMatchObject({ value: fitted, version: fitted });
    await log.close();
    log = await openLog({ folder });
    expect((await dataOf(log, 'a')).length).toBe(fitted);
    expect((await log.read('a', { after: 0 })).head).toBe(fitted);
    expect((await log.append(one('a', 'next'))).ok).toBe(true);
  });

  it('[L19] takes appends again as soon as there is room', async () => {
    const fitted = await fill();
    expect(await log.trim('a', fitted - 1)).toBe(fitted - 1);
    expect(await log.append(one('a', 'next'))).toMatchObject({ ok: true, results: [{ first: fitted + 1 }] });
  });

  it('[L19] refuses what does not fit alone, not its neighbours in the group', async () => {
    const results = await Promise.all([
      log.append(one('a', 1)),
      log.append(one('a', 'x'.repeat(2 * LIMIT))),
      log.append(one('a', 2)),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await dataOf(log, 'a')).toEqual([1, 2]);
  });
});

it('refuses more than may wait for the disk, and takes appends again afterwards', async () => {
  await log.close();
  log = await openLog({ folder, maxQueuedBytes: 50_000 });
  const results = await Promise.all(Array.from({ length: 20 }, (_, n) => log.append(one('a', big(n)))));
  const taken = results.filter(({ ok }) => ok).length;
  expect(taken).toBe(4);
  expect(results.at(-1)).toMatchObject({ ok: false, reason: 'unavailable' });
  expect((await log.append(one('a', 'next'))).ok).toBe(true);
  expect((await log.head('a')).offset).toBe(taken + 1);
});
