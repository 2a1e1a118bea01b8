/** Reads on the main thread, from a connection that cannot write. Each read is bounded, so none holds it up for long. */
import { DatabaseSync } from 'node:sqlite';
import type { Entry, Page, ReadOptions, StoredRecord } from '../log.ts';

export const READ_LIMIT = { default: 500, most: 5_000 };
export const READ_BYTES = 1024 * 1024;
export const RECORD_LIMIT = { default: 100, most: 1_000 };

export type ChannelState = { readonly head: number; readonly earliest: number };
export type ChannelRow = ChannelState & { readonly channel: string; readonly bytes: number };

export type Reader = {
  readonly state: (channel: string) => ChannelState | null;
  /** State and entries of one moment. */
  readonly read: (channel: string, options: ReadOptions) => ChannelState & { entries: readonly Entry[] };
  readonly channels: () => readonly ChannelRow[];
  readonly record: (collection: string, id: string) => StoredRecord | null;
  readonly records: (collection: string, page: Page) => readonly StoredRecord[];
  readonly count: (collection: string, parent?: string) => number;
  readonly close: () => void;
};

export const clampLimit = (limit: number | undefined, bounds: { default: number; most: number }): number =>
  Math.min(Math.max(Math.trunc(limit ?? bounds.default), 1), bounds.most);

type RecordRow = { id: string; value: string; version: number; parent: string | null };
const toRecord = ({ id, value, version, parent }: RecordRow): StoredRecord => ({
  id,
  value: JSON.parse(value),
  version,
  parent,
});

export function openReader(file: string): Reader {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const state = db.prepare('SELECT id, head, earliest FROM channels WHERE name = ?');
  const events = db.prepare(
    'SELECT offset, json FROM events WHERE channel = ? AND offset > ? ORDER BY offset LIMIT ?',
  );
  const channels = db.prepare('SELECT name AS channel, head, earliest, bytes FROM channels ORDER BY name');
  const record = db.prepare('SELECT id, value, version, parent FROM records WHERE collection = ? AND id = ?');
  const count = db.prepare('SELECT count(*) AS n FROM records WHERE collection = ?');
  const countUnder = db.prepare('SELECT count(*) AS n FROM records WHERE collection = ? AND parent = ?');
  const pages = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const pageStatement = (sql: string): ReturnType<DatabaseSync['prepare']> => {
    const known = pages.get(sql) ?? db.prepare(sql);
    pages.set(sql, known);
    return known;
  };

  function entriesOf(id: number, { after, limit, maxBytes = READ_BYTES }: ReadOptions): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    for (const row of events.iterate(id, after, clampLimit(limit, READ_LIMIT))) {
      const entry = row as Entry;
      bytes += Buffer.byteLength(entry.json);
      if (entries.length > 0 && bytes > maxBytes) break;
      entries.push({ offset: entry.offset, json: entry.json });
    }
    return entries;
  }

  return {
    state: (channel) => (state.get(channel) as ChannelState | undefined) ?? null,
    read: (channel, options) => {
      db.exec('BEGIN');
      try {
        const row = state.get(channel) as (ChannelState & { id: number }) | undefined;
        if (!row) return { head: 0, earliest: 1, entries: [] };
        return { head: row.head, earliest: row.earliest, entries: entriesOf(row.id, options) };
      } finally {
        db.exec('COMMIT');
      }
    },
    channels: () => channels.all() as ChannelRow[],
    record: (collection, id) => {
      const row = record.get(collection, id) as RecordRow | undefined;
      return row ? toRecord(row) : null;
    },
    records: (collection, { parent, after, descending = false, limit }) => {
      const statement = pageStatement(
        `SELECT id, value, version, parent FROM records WHERE collection = :collection
         ${parent === undefined ? '' : 'AND parent = :parent'}
         ${after === undefined ? '' : `AND id ${descending ? '<' : '>'} :after`}
         ORDER BY id ${descending ? 'DESC' : ''} LIMIT :limit`,
      );
      const rows = statement.all({
        collection,
        limit: clampLimit(limit, RECORD_LIMIT),
        ...(parent !== undefined && { parent }),
        ...(after !== undefined && { after }),
      });
      return (rows as RecordRow[]).map(toRecord);
    },
    count: (collection, parent) =>
      Number((parent === undefined ? count.get(collection) : countUnder.get(collection, parent))?.['n']),
    close: () => db.close(),
  };
}
