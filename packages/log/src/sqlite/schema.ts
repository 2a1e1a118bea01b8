/** The database file: what is in it, how it is recognised, and how an older one is brought up to date. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { newEpoch } from '../epoch.ts';
import { LogOpenError } from '../log-open-error.ts';

export const databaseFile = (folder: string): string => join(folder, 'greenlight.db');

/** `PRAGMA application_id` of our files: the letters GRLT. */
const APPLICATION_ID = 0x47524c54;

/** Entry n brings version n to n + 1. Released entries never change; a new version is a new entry. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE channels (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     head INTEGER NOT NULL,      -- offset of the newest event; stays when the event itself is forgotten
     earliest INTEGER NOT NULL,  -- offset of the oldest event still kept, head + 1 if none is
     bytes INTEGER NOT NULL      -- of the JSON of the events still kept
   ) STRICT;
   CREATE TABLE events (
     channel INTEGER NOT NULL,   -- channels.id
     offset INTEGER NOT NULL,
     at INTEGER NOT NULL,        -- when it was appended, ms since 1970
     json TEXT NOT NULL,
     PRIMARY KEY (channel, offset)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE records (
     collection TEXT NOT NULL,
     id TEXT NOT NULL,
     parent TEXT,
     version INTEGER NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (collection, id)
   ) STRICT;
   CREATE INDEX records_by_parent ON records (collection, parent, id);
   CREATE TABLE idempotency (
     key TEXT PRIMARY KEY,
     fingerprint TEXT NOT NULL,
     at INTEGER NOT NULL,
     answer TEXT NOT NULL
   ) STRICT;
   CREATE INDEX idempotency_by_age ON idempotency (at);`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Opens what is there or makes it new; gives the epoch. Throws `LogOpenError`. */
export function prepareDatabase(db: DatabaseSync): string {
  const found = readSchema(db);
  if (found.kind === 'foreign')
    throw new LogOpenError(
      'not_a_greenlight_database',
      `${locationOf(db)} is not a Greenlight database; move it away.`,
    );
  if (found.kind === 'greenlight' && found.version > SCHEMA_VERSION)
    throw new LogOpenError('schema_newer', newerSchema(locationOf(db), found.version));
  // `fullfsync` counts on macOS, where a plain fsync may leave the data in the drive's cache.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
  const from = found.kind === 'greenlight' ? found.version : 0;
  if (from < SCHEMA_VERSION) migrate(db, from);
  return readEpoch(db);
}

export const newerSchema = (file: string, version: number): string =>
  `${file} was written by a newer Greenlight (schema ${version}, this one knows ${SCHEMA_VERSION}); start that version again, or restore a backup that this one made.`;

type FoundSchema =
  | { readonly kind: 'empty' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'greenlight'; readonly version: number };

export function readSchema(db: DatabaseSync): FoundSchema {
  const id = db.prepare('PRAGMA application_id').get()?.['application_id'];
  if (id === APPLICATION_ID) {
    const row = db.prepare('SELECT max(version) AS version FROM schema_versions').get();
    return { kind: 'greenlight', version: Number(row?.['version'] ?? 0) };
  }
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
  return { kind: id === 0 && tables === 0 ? 'empty' : 'foreign' };
}

export function readEpoch(db: DatabaseSync): string {
  return db.prepare('SELECT epoch FROM store').get()?.['epoch'] as string;
}

function migrate(db: DatabaseSync, from: number): void {
  db.exec('BEGIN IMMEDIATE');
  if (from === 0) {
    db.exec(`PRAGMA application_id = ${APPLICATION_ID};
      CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT;
      CREATE TABLE store (one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL) STRICT;`);
    db.prepare('INSERT INTO store VALUES (1, ?)').run(newEpoch());
  }
  const note = db.prepare("INSERT INTO schema_versions VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ'))");
  for (const [at, sql] of MIGRATIONS.entries()) {
    if (at < from) continue;
    db.exec(sql);
    note.run(at + 1);
  }
  db.exec('COMMIT');
}

const locationOf = (db: DatabaseSync): string => db.location() ?? 'The database';
