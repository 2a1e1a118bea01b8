/**
 * What the log costs over its SQLite: acknowledged appends per second through `openLog`, against the same SQLite
 * taking the same events in batches on one thread with nothing around it. One run, several rounds, the median of each. The
 * log uses two threads, SQLite alone uses one.
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

type Cost = { readonly perSecond: number; readonly cpuMicros: number };

/** Of `EVENTS` events: how fast, and the processor time of all threads for each. */
async function costOf(work: () => void | Promise<void>): Promise<Cost> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (EVENTS / ms) * 1000, cpuMicros: (user + system) / EVENTS };
}

/** Appends of one event each, from many writers, each waiting for its own acknowledgement. */
async function throughLog(folder: string): Promise<Cost> {
  const log = await openLog({ folder, retainEveryMs: 0 });
  let next = 0;
  const write = async (writer: number): Promise<void> => {
    while (next < EVENTS) {
      const append = { appends: [{ channel: `bench:${writer % CHANNELS}`, events: [event(next++)] }] };
      const result = await log.append(append);
      if (!result.ok) throw new Error(result.reason);
    }
  };
  const cost = await costOf(async () => {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  });
  await log.close();
  return cost;
}

/** The same events, in transactions as large as the groups above can be. */
async function sqliteAlone(folder: string): Promise<Cost> {
  const db = new DatabaseSync(join(folder, 'alone.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE events (channel INTEGER, offset INTEGER, at INTEGER, json TEXT, PRIMARY KEY (channel, offset))
    WITHOUT ROWID`);
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?)');
  const cost = await costOf(() => {
    for (let n = 0; n < EVENTS;) {
      db.exec('BEGIN');
      for (const end = Math.min(n + BATCH, EVENTS); n < end; n++)
        insert.run(n % CHANNELS, n, Date.now(), JSON.stringify(event(n)));
      db.exec('COMMIT');
    }
  });
  db.close();
  return cost;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounds: { log: Cost; alone: Cost }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const folder = mkdtempSync(join(tmpdir(), 'greenlight-bench-'));
  rounds.push({ alone: await sqliteAlone(folder), log: await throughLog(folder) });
  rmSync(folder, { recursive: true, force: true });
}
const line = (of: (round: (typeof rounds)[number]) => Cost): string => {
  const costs = rounds.map(of);
  const perSecond = Math.round(median(costs.map((cost) => cost.perSecond)));
  const cpuMicros = median(costs.map((cost) => cost.cpuMicros)).toFixed(1);
  return `${perSecond} /s, ${cpuMicros} µs of processor each`;
};
// Of neighbours in time, so that a machine that does other things too disturbs both alike.
const ratio = median(rounds.map(({ log, alone }) => log.perSecond / alone.perSecond)).toFixed(2);
console.log(
  `log      ${line(({ log }) => log)}: acknowledged appends, ${WRITERS} writers, ${CHANNELS} channels`,
);
console.log(`SQLite   ${line(({ alone }) => alone)}: rows alone, in batches of ${BATCH}`);
console.log(`ratio    ${ratio}, the median of ${ROUNDS} rounds`);
