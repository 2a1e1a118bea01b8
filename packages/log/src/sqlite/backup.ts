/** A copy of a database that is in use: one moment of it, in one file. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

/** Writes beside `target` first and renames, so that `target` is a whole backup or what it was before. */
export async function backupDatabase(file: string, target: string): Promise<void> {
  const path = resolve(target);
  if (path === resolve(file))
    throw new Error('A backup cannot replace the database that it is made of; name another file.');
  const partial = `${path}.partial`;
  try {
    rmSync(partial, { force: true });
    // Events and hashed keys are in it: only its owner may read it, from its first byte on.
    closeSync(openSync(partial, 'wx', 0o600));
    await copyPages(file, partial);
    makeOneFile(partial);
    renameSync(partial, path);
    flushToDisk(dirname(path));
  } catch (error) {
    rmSync(partial, { force: true });
    const { message } = error as Error;
    throw new Error(`The backup ${path} was not written (${message}); check that folder and its disk.`, {
      cause: error,
    });
  }
}

/** All pages in one step, off the main thread: in smaller steps each commit would start it over. */
async function copyPages(file: string, target: string): Promise<void> {
  const source = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    await backup(source, target, { rate: 2 ** 31 - 1 });
  } finally {
    source.close();
  }
}

/** Out of write-ahead mode, so that the file is complete without companions and opens read-only anywhere. */
export function makeOneFile(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
  flushToDisk(file);
}

export function flushToDisk(path: string): void {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
