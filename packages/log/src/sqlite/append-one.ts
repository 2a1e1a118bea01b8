/** One append inside the group's transaction: all of its parts, or the reason why none. */
import type { DatabaseSync } from 'node:sqlite';
import type { AppendRefused } from '../log.ts';
import type { WireAppend, WireAppended, WireRecord, WireResult } from './messages.ts';

/** How long an idempotency key is remembered. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;

/** The caller undoes what was written when the result is a refusal, and when this throws. */
export function createAppendOne(db: DatabaseSync): (append: WireAppend) => WireResult {
  const advance = db.prepare(
    `INSERT INTO channels (name, head, earliest, bytes) VALUES (:name, :count, 1, :bytes)
     ON CONFLICT (name) DO UPDATE SET head = head + :count, bytes = bytes + :bytes
     RETURNING id, head`,
  );
  const insert = db.prepare('INSERT INTO events (channel, offset, at, json) VALUES (?, ?, ?, ?)');
  const version = db.prepare('SELECT version FROM records WHERE collection = ? AND id = ?');
  const put = db.prepare(
    `INSERT INTO records (collection, id, parent, version, value) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (collection, id)
     DO UPDATE SET parent = excluded.parent, version = excluded.version, value = excluded.value`,
  );
  const remove = db.prepare('DELETE FROM records WHERE collection = ? AND id = ?');
  const remembered = db.prepare('SELECT fingerprint, answer FROM idempotency WHERE key = ? AND at > ?');
  const remember = db.prepare(
    'INSERT OR REPLACE INTO idempotency (key, fingerprint, at, answer) VALUES (?, ?, ?, ?)',
  );

  function appendEvents(append: WireAppend): AppendRefused | WireAppended['spans'] {
    const spans: [number, number][] = [];
    for (const { channel, events, expectHead } of append.appends) {
      const bytes = events.reduce((sum, json) => sum + Buffer.byteLength(json), 0);
      const row = advance.get({ name: channel, count: events.length, bytes }) as { id: number; head: number };
      const before = row.head - events.length;
      if (expectHead !== undefined && expectHead !== before)
        return { ok: false, reason: 'head_moved', channel, head: before };
      for (const [at, json] of events.entries()) insert.run(row.id, before + 1 + at, append.at, json);
      spans.push([before + 1, row.head]);
    }
    return spans;
  }

  function writeRecord(record: WireRecord, spans: WireAppended['spans']): AppendRefused | number {
    const { collection, id, parent, value, ifVersion } = record;
    const before = Number(version.get(collection, id)?.['version'] ?? 0);
    if (ifVersion !== undefined && ifVersion !== before)
      return { ok: false, reason: 'version_moved', collection, id, version: before };
    const after = record.at === undefined ? before + 1 : (spans[record.at]?.[1] as number);
    if (value === null) remove.run(collection, id);
    else put.run(collection, id, parent, after, value);
    return after;
  }

  return (append) => {
    const { idempotency, at } = append;
    if (idempotency) {
      const row = remembered.get(idempotency.key, at - IDEMPOTENCY_MS);
      if (row)
        return row['fingerprint'] === idempotency.fingerprint
          ? {
              ...(JSON.parse(row['answer'] as string) as Pick<WireAppended, 'spans' | 'versions'>),
              ok: true,
              duplicate: true,
            }
          : { ok: false, reason: 'idempotency_key_reused', key: idempotency.key };
    }
    const spans = appendEvents(append);
    if ('ok' in spans) return spans;
    const versions: number[] = [];
    for (const record of append.records) {
      const written = writeRecord(record, spans);
      if (typeof written !== 'number') return written;
      versions.push(written);
    }
    if (idempotency)
      remember.run(idempotency.key, idempotency.fingerprint, at, JSON.stringify({ spans, versions }));
    return { ok: true, spans, versions, duplicate: false };
  };
}
