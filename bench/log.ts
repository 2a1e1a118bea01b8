/**
 * What the log costs over its SQLite: acknowledged appends per second through `openLog`, against the same SQLite
 * taking the same events in batches on one thread with nothing around it. One run, several rounds, the median of each.
 *
 *     node bench/log.ts [events per round, default 50000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLog } from '@greenlight/log/open-log';
import type { Event } from '@greenlight/protocol/event';

const EVENTS = Number(process.argv[2] ?? 50_000);
const ROUNDS = 5;
const CHANNELS = 20;
const WRITERS = 2_000;
const BATCH = 1_000;

const event = (n: number): Event => ({
  id: `bench-${n}`,
  type: 'bench.event',
  source: 'bench',
  time: '2026-01-01T00:00:00.000Z',
  specversion: '1.0',
  data: { n, text: 'x'.repeat(100) },
});

/** Appends of one event each, from many writers, each waiting for its own acknowledgement. */
async function throughLog(folder: string): Promise<number> {
  const log = await openLog({ folder, retainEveryMs: 0 });
  let next = 0;
  const write = async (writer: number): Promise<void> => {
    while (next < EVENTS) {
      const append = { appends: [{ channel: `bench:${writer % CHANNELS}`, events: [event(next++)] }] };
      const result = await log.append(append);
      if (!result.ok) throw new Error(result.reason);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  const perSecond = (EVENTS / (performance.now() - started)) * 1000;
  await log.close();
  return perSecond;
}

/** The same events, in transactions as large as the groups above can be. */
function sqliteAlone(folder: string): number {
  const db = new DatabaseSync(join(folder, 'alone.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE events (channel INTEGER, offset INTEGER, at INTEGER, json TEXT, PRIMARY KEY (channel, offset))
    WITHOUT ROWID`);
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?)');
  const started = performance.now();
  for (let n = 0; n < EVENTS;) {
    db.exec('BEGIN');
    for (const end = Math.min(n + BATCH, EVENTS); n < end; n++)
      insert.run(n % CHANNELS, n, Date.now(), JSON.stringify(event(n)));
    db.exec('COMMIT');
  }
  const perSecond = (EVENTS / (performance.now() - started)) * 1000;
  db.close();
  return perSecond;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounds: { log: number; alone: number }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const folder = mkdtempSync(join(tmpdir(), 'greenlight-bench-'));
  rounds.push({ alone: sqliteAlone(folder), log: await throughLog(folder) });
  rmSync(folder, { recursive: true, force: true });
}
const log = median(rounds.map((round) => round.log));
const alone = median(rounds.map((round) => round.alone));
console.log(`log      ${Math.round(log)} acknowledged appends/s (${WRITERS} writers, ${CHANNELS} channels)`);
console.log(`SQLite   ${Math.round(alone)} rows/s in batches of ${BATCH}, alone`);
console.log(`ratio    ${(log / alone).toFixed(2)}`);
