/** Puts a backup in the place of a folder's database. */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { newEpoch } from './epoch.ts';
import { lockFolder } from './lock.ts';
import { flushToDisk, makeOneFile } from './sqlite/backup.ts';
import { databaseFile, newerSchema, readSchema, SCHEMA_VERSION } from './sqlite/schema.ts';

/**
 * What a restored store must not bring back to life: a used ticket or sign-in code would work again, and so would the
 * session of somebody who has signed out since. Everything else is kept, idempotency keys too: their events are there.
 * API keys are among it, revoked ones as they were: nothing here can know what was revoked later, so SECURITY.md and the
 * command tell the operator to look through them.
 */
export const FORGOTTEN_COLLECTIONS: readonly string[] = ['tickets', 'sign_in_codes', 'sessions'];

const COMPANIONS = ['-wal', '-shm'] as const;

export type RestoreOptions = {
  /** Take the place of a database that is there; it stays beside the new one under another name. Default false. */
  readonly replace?: boolean;
  /** Collections whose records are dropped. Default `FORGOTTEN_COLLECTIONS`. */
  readonly forget?: readonly string[];
};

export type Restored = {
  readonly ok: true;
  /** The new epoch: every position from before is answered with `reset`. */
  readonly epoch: string;
  readonly channels: number;
  readonly events: number;
  readonly records: number;
  /** Where the database that was there is now; null if there was none. */
  readonly replaced: string | null;
};

export type RestoreRefused = {
  readonly ok: false;
  readonly code:
    | 'backup_not_found'
    | 'not_a_backup'
    | 'backup_damaged'
    | 'schema_newer'
    | 'folder_in_use'
    | 'folder_unusable'
    | 'folder_not_empty'
    | 'disk_failed';
  /** One sentence: what happened and what to do. */
  readonly detail: string;
};

/** Synchronous work in a process that does nothing else; the folder is as it was unless the result is `ok`. */
export async function restore(
  file: string,
  folder: string,
  { replace = false, forget = FORGOTTEN_COLLECTIONS }: RestoreOptions = {},
): Promise<Restored | RestoreRefused> {
  const backup = resolve(file);
  const unsound = checkBackup(backup);
  if (unsound) return unsound;
  const locked = lockFolder(folder);
  if (!locked.ok) return { ok: false, code: locked.code, detail: locked.detail };
  const target = databaseFile(locked.lock.folder);
  const incoming = `${target}.restoring`;
  try {
    if (existsSync(target) && !replace)
      return refused(
        'folder_not_empty',
        `${target} exists; choose an empty folder, or say that the backup shall replace it.`,
      );
    copyFileSync(backup, incoming);
    const restored = renew(incoming, forget);
    const replaced = setAside(target);
    // A write-ahead log that lost its database would be taken for the new one's.
    for (const part of COMPANIONS) rmSync(target + part, { force: true });
    renameSync(incoming, target);
    flushToDisk(locked.lock.folder);
    return { ...restored, replaced };
  } catch (error) {
    return refused(
      'disk_failed',
      `The backup could not be written to ${locked.lock.folder} (${(error as Error).message}); check the space and the rights there.`,
    );
  } finally {
    rmSync(incoming, { force: true });
    locked.lock.release();
  }
}

const refused = (code: RestoreRefused['code'], detail: string): RestoreRefused => ({
  ok: false,
  code,
  detail,
});

function checkBackup(file: string): RestoreRefused | null {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    return refused('backup_not_found', `There is no backup ${file}; check the name.`);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true });
    const schema = readSchema(db);
    if (schema.kind !== 'greenlight')
      return refused(
        'not_a_backup',
        `${file} is a database, but not a Greenlight backup; name another file.`,
      );
    if (schema.version > SCHEMA_VERSION) return refused('schema_newer', newerSchema(file, schema.version));
    const wrong = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
    return wrong === 'ok' ? null : refused('backup_damaged', damaged(file, String(wrong)));
  } catch (error) {
    const { errcode, message } = error as { errcode?: number; message: string };
    const SQLITE_NOTADB = 26;
    return errcode === SQLITE_NOTADB
      ? refused('not_a_backup', `${file} is not a Greenlight backup; name another file.`)
      : refused('backup_damaged', damaged(file, message));
  } finally {
    db?.close();
  }
}

const damaged = (file: string, why: string): string => `${file} is damaged (${why}); use another backup.`;

/** Makes the copy the beginning of a new history. */
function renew(file: string, forget: readonly string[]): Omit<Restored, 'replaced'> {
  const db = new DatabaseSync(file);
  const epoch = newEpoch();
  db.exec('BEGIN IMMEDIATE');
  db.prepare('UPDATE store SET epoch = ?').run(epoch);
  const drop = db.prepare('DELETE FROM records WHERE collection = ?');
  for (const collection of forget) drop.run(collection);
  db.exec('COMMIT');
  const count = (table: 'channels' | 'events' | 'records'): number =>
    Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  const counts = { channels: count('channels'), events: count('events'), records: count('records') };
  db.close();
  makeOneFile(file);
  return { ok: true, epoch, ...counts };
}

/** Keeps the old database under another name. Until the rename that follows, it also stays where it was. */
function setAside(target: string): string | null {
  if (!existsSync(target)) return null;
  const aside = `${target}.replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  try {
    makeOneFile(target);
    linkSync(target, aside);
  } catch {
    // Too damaged to be opened, or a file system without links: it is moved with what belongs to it.
    renameSync(target, aside);
    for (const part of COMPANIONS) if (existsSync(target + part)) renameSync(target + part, aside + part);
  }
  return aside;
}
