import { copyFile, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accepted, dataOf, one } from './contract/fixtures.ts';
import { openLog, type FolderLog } from './open-log.ts';
import { restore } from './restore.ts';
import { databaseFile } from './sqlite/schema.ts';

let root: string;
let folder: string;
let file: string;
let log: FolderLog;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'greenlight-restore-'));
  folder = join(root, 'data');
  file = join(root, 'backup.db');
  log = await openLog({ folder });
});
afterEach(async () => {
  await log.close();
  await rm(root, { recursive: true, force: true });
});

describe('backup', () => {
  it('[L14] holds one moment of a log that is being written to', async () => {
    const write = async (n: number): Promise<unknown> =>
      accepted(
        await log.append({
          ...one('a', { n, padding: 'x'.repeat(20_000) }),
          records: [{ collection: 'c', id: 'last', value: n, at: 0 }],
        }),
      );
    const before = 200;
    for (let n = 1; n <= before; n++) await write(n);
    let written = before;
    const stop = new AbortController();
    const writing = (async () => {
      while (!stop.signal.aborted) await write(++written);
    })();
    await log.backup(file);
    stop.abort();
    await writing;
    const copy = join(root, 'copy');
    expect(await restore(file, copy)).toMatchObject({ ok: true, channels: 1, records: 1, replaced: null });
    const restored = await openLog({ folder: copy });
    const { offset } = await restored.head('a');
    expect(offset).toBeGreaterThanOrEqual(before);
    expect(offset).toBeLessThanOrEqual(written);
    expect(written).toBeGreaterThan(before);
    expect((await restored.record('c', 'last'))?.version).toBe(offset);
    expect((await restored.read('a', { after: offset - 1 })).entries).toHaveLength(1);
    await restored.close();
  });

  it('replaces an older backup, is readable by its owner only, and needs no other file', async () => {
    await writeFile(file, 'an older one');
    await log.append(one('a', 1));
    await log.backup(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(root)).toEqual(['backup.db', 'data']);
  });

  it('refuses to replace the database itself, and says when it cannot be written', async () => {
    await expect(log.backup(databaseFile(folder))).rejects.toThrow('name another file');
    await expect(log.backup(join(root, 'none', 'backup.db'))).rejects.toThrow('check that folder');
    expect(accepted(await log.append(one('a', 1))).ok).toBe(true);
  });
});

describe('restore', () => {
  it('[L15] gives the restored store a new epoch, so that no old position is misread', async () => {
    await log.append(one('a', 1, 2, 3));
    const old = await log.head('a');
    await log.backup(file);
    await log.append(one('a', 4));
    await log.close();
    const restored = await restore(file, folder, { replace: true });
    log = await openLog({ folder });
    const head = await log.head('a');
    expect(head.offset).toBe(3);
    expect(head.epoch).not.toBe(old.epoch);
    expect(restored).toMatchObject({ ok: true, epoch: head.epoch, events: 3 });
    expect(await dataOf(log, 'a')).toEqual([1, 2, 3]);
  });

  it('[L15] keeps records and idempotency keys, with answers in the new epoch', async () => {
    const keyed = { ...one('a', 1), idempotency: { key: 'k', fingerprint: 'f' } };
    await log.append({ ...keyed, records: [{ collection: 'runs', id: 'r', value: 1, at: 0 }] });
    await log.backup(file);
    const copy = join(root, 'copy');
    const restored = await restore(file, copy);
    await log.close();
    log = await openLog({ folder: copy });
    const again = accepted(await log.append(keyed));
    expect(again).toMatchObject({ duplicate: true, results: [{ first: 1, last: 1 }] });
    expect(again.results[0]?.epoch).toBe(restored.ok && restored.epoch);
    expect(await log.record('runs', 'r')).toMatchObject({ value: 1, version: 1 });
  });

  it('[L16] brings no ticket, sign-in code or session back to life', async () => {
    const collections = ['tickets', 'sign_in_codes', 'sessions', 'api_keys'];
    await log.append({
      appends: [],
      records: collections.map((collection) => ({ collection, id: 'x', value: 1 })),
    });
    await log.backup(file);
    await log.close();
    expect(await restore(file, folder, { replace: true })).toMatchObject({ ok: true, records: 1 });
    log = await openLog({ folder });
    const kept = await Promise.all(collections.map((collection) => log.count(collection)));
    expect(kept).toEqual([0, 0, 0, 1]);
  });

  it('[L17] refuses a folder in use, and one with a database unless told to replace it', async () => {
    await log.append(one('a', 1));
    await log.backup(file);
    const inUse = await restore(file, folder, { replace: true });
    expect(inUse).toMatchObject({ ok: false, code: 'folder_in_use' });
    expect(inUse.ok ? '' : inUse.detail).toContain(`process ${process.pid}`);
    await log.append(one('a', 2));
    await log.close();
    expect(await restore(file, folder)).toMatchObject({ ok: false, code: 'folder_not_empty' });
    const replaced = await restore(file, folder, { replace: true });
    // What was replaced is still whole, beside it.
    const aside = replaced.ok ? (replaced.replaced ?? '') : '';
    const second = join(root, 'second');
    expect(await restore(aside, second)).toMatchObject({ ok: true, events: 2 });
    expect((await readdir(folder)).filter((name) => name.startsWith('greenlight.db'))).toHaveLength(2);
  });

  it('[L17] refuses what is no sound Greenlight backup, each with its reason', async () => {
    const copy = join(root, 'copy');
    const code = async (): Promise<string> => {
      const result = await restore(file, copy);
      return result.ok ? 'ok' : result.code;
    };
    expect(await code()).toBe('backup_not_found');
    await writeFile(file, 'This is a text, long enough to be looked at as a database header. '.repeat(20));
    expect(await code()).toBe('not_a_backup');
    await rm(file);
    const foreign = new DatabaseSync(file);
    foreign.exec('CREATE TABLE channels (name TEXT)');
    foreign.close();
    expect(await code()).toBe('not_a_backup');
    await log.append(one('a', ...Array.from({ length: 50 }, () => 'x'.repeat(2_000))));
    await log.backup(file);
    const bytes = await open(file, 'r+');
    await bytes.write(Buffer.alloc(20_000, 7), 0, 20_000, 30_000);
    await bytes.close();
    expect(await code()).toBe('backup_damaged');
    await log.backup(file);
    const newer = new DatabaseSync(file);
    newer.exec("INSERT INTO schema_versions VALUES (999, '2030-01-01')");
    newer.close();
    expect(await code()).toBe('schema_newer');
  });
});

describe('opening a database', () => {
  it('lets only its owner read it', async () => {
    await log.append(one('a', 1));
    for (const name of (await readdir(folder)).filter((each) => each.startsWith('greenlight.db')))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('[L18] refuses one that a newer Greenlight wrote, and leaves it as it is', async () => {
    await log.close();
    const newer = new DatabaseSync(databaseFile(folder));
    newer.exec("INSERT INTO schema_versions VALUES (999, '2030-01-01')");
    newer.close();
    await expect(openLog({ folder })).rejects.toMatchObject({
      code: 'schema_newer',
      message: expect.stringContaining('was written by a newer Greenlight (schema 999') as string,
    });
    // The refusal gave the folder free again.
    await expect(openLog({ folder })).rejects.toMatchObject({ code: 'schema_newer' });
  });

  it('leaves one file behind when it is closed, without a write-ahead log', async () => {
    await log.append(one('a', 1));
    await log.close();
    expect(await readdir(folder)).toEqual(['greenlight.db', 'lock.db']);
  });

  it('refuses what is no Greenlight database', async () => {
    await log.close();
    await copyFile(import.meta.filename, databaseFile(folder));
    await expect(openLog({ folder })).rejects.toMatchObject({ code: 'not_a_greenlight_database' });
  });
});
