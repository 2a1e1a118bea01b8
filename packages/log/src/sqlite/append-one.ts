/**
 * One append inside the group's transaction. Everything that can refuse it is looked at before its first write, so a
 * refused one leaves nothing to take back.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AppendRefused } from '../log.ts';
import type { Heads } from './heads.ts';
import type { WireAppend, WireAppended, WireRecord, WireResult } from './messages.ts';

/** How long an idempotency key is remembered. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;

type Answer = Pick<WireAppended, 'spans' | 'versions'>;

/** Throws only what SQLite throws; the group's transaction is void then. */
export function createAppendOne(db: DatabaseSync, heads: Heads): (append: WireAppend) => WireResult {
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

  /** The offsets that the events will get, or the expectation that does not hold. */
  function planEvents({ appends }: WireAppend): AppendRefused | Answer['spans'] {
    const moved = new Map<string, number>();
    const spans: [number, number][] = [];
    for (const { channel, events, expectHead } of appends) {
      const head = moved.get(channel) ?? heads.of(channel);
      if (expectHead !== undefined && expectHead !== head)
        return { ok: false, reason: 'head_moved', channel, head };
      moved.set(channel, head + events.length);
      spans.push([head + 1, head + events.length]);
    }
    return spans;
  }

  /** The versions that the records will get, or the expectation that does not hold. */
  function planRecords(records: readonly WireRecord[], spans: Answer['spans']): AppendRefused | number[] {
    const moved = new Map<string, number>();
    const versions: number[] = [];
    for (const { collection, id, at, value, ifVersion } of records) {
      const key = JSON.stringify([collection, id]);
      const before = moved.get(key) ?? Number(version.get(collection, id)?.['version'] ?? 0);
      if (ifVersion !== undefined && ifVersion !== before)
        return { ok: false, reason: 'version_moved', collection, id, version: before };
      const after = at === undefined ? before + 1 : (spans[at]?.[1] as number);
      moved.set(key, value === null ? 0 : after);
      versions.push(after);
    }
    return versions;
  }

  function write({ appends, records, at }: WireAppend, versions: Answer['versions']): void {
    for (const { channel, events } of appends) {
      const bytes = events.reduce((sum, json) => sum + Buffer.byteLength(json), 0);
      const { id, first } = heads.advance(channel, events.length, bytes);
      for (const [index, json] of events.entries()) insert.run(id, first + index, at, json);
    }
    for (const [index, { collection, id, parent, value }] of records.entries())
      if (value === null) remove.run(collection, id);
      else put.run(collection, id, parent, versions[index] as number, value);
  }

  return (append) => {
    const { idempotency, at } = append;
    const repeated = idempotency && remembered.get(idempotency.key, at - IDEMPOTENCY_MS);
    if (repeated)
      return repeated['fingerprint'] === idempotency.fingerprint
        ? { ok: true, duplicate: true, ...(JSON.parse(repeated['answer'] as string) as Answer) }
        : { ok: false, reason: 'idempotency_key_reused', key: idempotency.key };
    const spans = planEvents(append);
    if ('ok' in spans) return spans;
    const versions = planRecords(append.records, spans);
    if ('ok' in versions) return versions;
    const answer = { spans, versions };
    write(append, versions);
    if (idempotency) remember.run(idempotency.key, idempotency.fingerprint, at, JSON.stringify(answer));
    return { ok: true, duplicate: false, ...answer };
  };
}
