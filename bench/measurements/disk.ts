import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLog } from '@greenlight/log/open-log';
import type { Event } from '@greenlight/protocol/event';
import type { Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

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

/** How fast, and the processor time of all threads for each. */
async function costOf(events: number, work: () => void | Promise<void>): Promise<Cost> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (events / ms) * 1000, cpuMicros: (user + system) / events };
}

/** Appends of one event each, from many writers, each waiting for its own acknowledgement. */
async function throughLog(folder: string, events: number): Promise<Cost> {
  const log = await openLog({ folder, retainEveryMs: 0 });
  let next = 0;
  const write = async (writer: number): Promise<void> => {
    while (next < events) {
      const append = { appends: [{ channel: `bench:${writer % CHANNELS}`, events: [event(next++)] }] };
      const result = await log.append(append);
      if (!result.ok) throw new Error(result.reason);
    }
  };
  const cost = await costOf(events, async () => {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  });
  await log.close();
  return cost;
}

/** The same events, in transactions as large as the groups above can be. */
async function sqliteAlone(folder: string, events: number): Promise<Cost> {
  const db = new DatabaseSync(join(folder, 'alone.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE events (channel INTEGER, offset INTEGER, at INTEGER, json TEXT, PRIMARY KEY (channel, offset))
    WITHOUT ROWID`);
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?)');
  const cost = await costOf(events, () => {
    for (let n = 0; n < events;) {
      db.exec('BEGIN');
      for (const end = Math.min(n + BATCH, events); n < end; n++)
        insert.run(n % CHANNELS, n, Date.now(), JSON.stringify(event(n)));
      db.exec('COMMIT');
    }
  });
  db.close();
  return cost;
}

export const disk: Measurement = {
  name: 'disk',
  title: 'The log, beside bare SQLite',
  about: `Publications to \`disk\` channels, acknowledged after the flush, from ${WRITERS} writers on ${CHANNELS} channels, against the same SQLite taking the same rows alone on one thread, in batches of ${BATCH}. The log has two threads, so with both cores busy it loses more.`,
  async run(scale) {
    const [events, turns] = scale === 'full' ? [50_000, 5] : [2_000, 1];
    const log: Cost[] = [];
    const alone: Cost[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'greenlight-bench-'));
      alone.push(await sqliteAlone(folder, events));
      log.push(await throughLog(folder, events));
      rmSync(folder, { recursive: true, force: true });
    }
    const row = (what: string, costs: readonly Cost[]): readonly string[] => [
      what,
      Math.round(spreadOf(costs.map(({ perSecond }) => perSecond)).median).toLocaleString('en'),
      spreadOf(costs.map(({ cpuMicros }) => cpuMicros)).median.toFixed(1),
    ];
    const value = spreadOf(log.map(({ perSecond }, turn) => perSecond / (alone[turn] as Cost).perSecond));
    return {
      tables: [
        {
          title: 'The log',
          columns: ['', 'per second', 'CPU each, µs'],
          rows: [row("Greenlight's log, acknowledged appends", log), row('SQLite, rows in batches', alone)],
        },
      ],
      ratios: [
        {
          of: 'Acknowledged appends ÷ rows of SQLite alone',
          value,
          target: { kind: 'at least', value: 0.5 },
        },
      ],
      notes: [],
    };
  },
};
