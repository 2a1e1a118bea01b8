/** Forgetting: trimming a channel, and retention in slices small enough that appends never wait long for one. */
import type { DatabaseSync } from 'node:sqlite';
import type { Policies } from '../policies.ts';
import { IDEMPOTENCY_MS } from './append-one.ts';
import type { Trimmed } from './messages.ts';

/** Events that one slice looks at, and channels that one slice visits. */
const SLICE_EVENTS = 2_000;
const SLICE_CHANNELS = 200;

type ChannelRow = { id: number; name: string; head: number; earliest: number; bytes: number };
type EventRow = { offset: number; at: number; bytes: number };

export type Forget = {
  readonly trim: (channel: string, through: number) => { trimmed: readonly Trimmed[]; next: number | null };
  readonly retain: (now: number, after: number) => { trimmed: readonly Trimmed[]; next: number | null };
};

export function createForget(db: DatabaseSync, policies: Policies): Forget {
  const byName = db.prepare('SELECT id, name, head, earliest, bytes FROM channels WHERE name = ?');
  const someAfter = db.prepare(
    'SELECT id, name, head, earliest, bytes FROM channels WHERE id > ? ORDER BY id LIMIT ?',
  );
  const oldest = db.prepare(
    'SELECT offset, at, octet_length(json) AS bytes FROM events WHERE channel = ? ORDER BY offset LIMIT ?',
  );
  const forget = db.prepare('DELETE FROM events WHERE channel = ? AND offset <= ?');
  const update = db.prepare('UPDATE channels SET earliest = ?, bytes = ? WHERE id = ?');
  const forgetKeys = db.prepare(
    'DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE at <= ? ORDER BY at LIMIT ?)',
  );

  /** Forgets the oldest events while `goes` says so, at most `limit` of them. */
  function drop(
    row: ChannelRow,
    limit: number,
    goes: (event: EventRow, left: ChannelRow) => boolean,
  ): number {
    const left = { ...row };
    let forgotten = 0;
    for (const entry of oldest.iterate(row.id, limit)) {
      const event = entry as EventRow;
      if (!goes(event, left)) break;
      left.earliest = event.offset + 1;
      left.bytes -= event.bytes;
      forgotten++;
    }
    if (forgotten > 0) {
      forget.run(row.id, left.earliest - 1);
      update.run(left.earliest, left.bytes, row.id);
      row.earliest = left.earliest;
      row.bytes = left.bytes;
    }
    return forgotten;
  }

  function transaction<T>(work: () => T): T {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    trim: (channel, through) =>
      transaction(() => {
        const row = byName.get(channel) as ChannelRow | undefined;
        if (!row) return { trimmed: [], next: null };
        const forgotten = drop(row, SLICE_EVENTS, ({ offset }) => offset <= through);
        return {
          trimmed: [{ channel, earliest: row.earliest, forgotten }],
          next: forgotten < SLICE_EVENTS ? null : row.id,
        };
      }),

    retain: (now, after) =>
      transaction(() => {
        let budget = SLICE_EVENTS;
        if (after === 0) forgetKeys.run(now - IDEMPOTENCY_MS, SLICE_EVENTS);
        const rows = someAfter.all(after, SLICE_CHANNELS) as ChannelRow[];
        const trimmed: Trimmed[] = [];
        for (const row of rows) {
          const { maxEvents, maxBytes, maxAgeMs } = policies.retention(row.name);
          const forgotten = drop(
            row,
            budget,
            ({ at }, left) =>
              left.head - left.earliest + 1 > maxEvents || left.bytes > maxBytes || at <= now - maxAgeMs,
          );
          if (forgotten > 0) trimmed.push({ channel: row.name, earliest: row.earliest, forgotten });
          budget -= forgotten;
          if (budget === 0) return { trimmed, next: row.id - 1 };
        }
        return { trimmed, next: rows.length < SLICE_CHANNELS ? null : (rows.at(-1)?.id ?? null) };
      }),
  };
}
