/**
 * One process for one data folder. The lock is the operating system's, on a small database file that stays open, so
 * it ends with the process however that ends; the note beside it only says who holds it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type LockHolder = {
  readonly pid: number;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
};

export type FolderLock = {
  /** Absolute. */
  readonly folder: string;
  /** May be called more than once. */
  readonly release: () => void;
};

export type LockResult =
  | { readonly ok: true; readonly lock: FolderLock }
  | {
      readonly ok: false;
      readonly code: 'folder_in_use';
      /** Null when the holder's note cannot be read. */
      readonly heldBy: LockHolder | null;
      /** One sentence: who holds it and what to do. */
      readonly detail: string;
    }
  | { readonly ok: false; readonly code: 'folder_unusable'; readonly heldBy: null; readonly detail: string };

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/** Makes the folder (mode 0700) if there is none. Does not wait. */
export function lockFolder(folder: string): LockResult {
  const path = resolve(folder);
  const note = join(path, 'lock.json');
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    db = new DatabaseSync(join(path, 'lock.db'), { timeout: 0 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const holder: LockHolder = { pid: process.pid, startedAt: processStart() };
    writeFileSync(`${note}.new`, JSON.stringify(holder), { mode: 0o600 });
    renameSync(`${note}.new`, note);
  } catch (error) {
    db?.close();
    const { errcode, message } = error as { errcode?: number; message: string };
    const primary = (errcode ?? 0) & 0xff;
    return primary === SQLITE_BUSY || primary === SQLITE_LOCKED
      ? inUse(path, readNote(note))
      : {
          ok: false,
          code: 'folder_unusable',
          heldBy: null,
          detail: `The data folder ${path} cannot be used (${message}); check that it is a folder that this user may write to.`,
        };
  }
  const open = db;
  let released = false;
  return {
    ok: true,
    lock: {
      folder: path,
      release: () => {
        if (released) return;
        released = true;
        rmSync(note, { force: true });
        open.close();
      },
    },
  };
}

function inUse(folder: string, heldBy: LockHolder | null): LockResult {
  const who = heldBy ? `process ${heldBy.pid}, which started at ${heldBy.startedAt}` : 'another process';
  return {
    ok: false,
    code: 'folder_in_use',
    heldBy,
    detail: `The data folder ${folder} is in use by ${who}; stop that process or choose another folder with GREENLIGHT_DATA.`,
  };
}

function readNote(note: string): LockHolder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(note, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, startedAt } = value as Record<string, unknown>;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
  } catch {
    return null;
  }
}

const processStart = (): string => new Date(Date.now() - process.uptime() * 1000).toISOString();
