/** Group commit: many appends, one flush to disk. */
import type { DatabaseSync } from 'node:sqlite';
import { createAppendOne } from './append-one.ts';
import { createHeads } from './heads.ts';
import type { WireAppend, WireResult } from './messages.ts';

/** SQLite's primary result code for a failing disk (https://sqlite.org/rescode.html#ioerr). */
const SQLITE_IOERR = 10;

/** Gives one result for each append, in order. Never throws. */
export function createAppendGroup(
  db: DatabaseSync,
): (appends: readonly WireAppend[]) => readonly WireResult[] {
  const heads = createHeads(db);
  const appendOne = createAppendOne(db, heads);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  /** Set for good when the disk failed: what it last confirmed is no longer known, so nothing more is promised. */
  let broken: string | null = null;

  function transaction(appends: readonly WireAppend[]): readonly WireResult[] {
    begin.run();
    const results = appends.map(appendOne);
    heads.write();
    commit.run();
    return results;
  }

  function appendGroup(appends: readonly WireAppend[]): readonly WireResult[] {
    if (broken !== null) return appends.map(() => unavailable(broken as string));
    try {
      return transaction(appends);
    } catch (error) {
      // A full disk may have rolled the transaction back by itself.
      if (db.isTransaction) db.exec('ROLLBACK');
      heads.forget();
      const { errcode, message } = error as { errcode?: number; message: string };
      if (errcode !== undefined && (errcode & 0xff) === SQLITE_IOERR) {
        broken = `The disk failed (${message}); check it, then start Greenlight again.`;
        return appends.map(() => unavailable(broken as string));
      }
      // One of them may be what does not fit: each gets its own try, so that it fails alone.
      if (appends.length > 1) return appends.flatMap((append) => appendGroup([append]));
      return [unavailable(`The event was not stored: ${message}. Free some disk space, then try again.`)];
    }
  }

  return appendGroup;
}

const unavailable = (detail: string): WireResult => ({ ok: false, reason: 'unavailable', detail });
