/** Kills a writing process again and again. Longer: GREENLIGHT_CRASH_ROUNDS=500; again the same: GREENLIGHT_CRASH_SEED. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Log } from '../log.ts';
import { openLog } from '../open-log.ts';
import { databaseFile } from '../sqlite/schema.ts';

const ROUNDS = Number(process.env['GREENLIGHT_CRASH_ROUNDS'] ?? 15);
const SEED = Number(process.env['GREENLIGHT_CRASH_SEED'] ?? Date.now() % 1_000_000);
const WRITERS = 8;

type Acknowledged = { readonly writer: number; readonly n: number; readonly offset: number };
type Stored = { readonly offset: number; readonly writer: number; readonly n: number };

/** Runs the writer until it has acknowledged `count` appends, kills it, and gives all that it acknowledged. */
async function writeUntilKilled(folder: string, count: number): Promise<readonly Acknowledged[]> {
  const script = join(import.meta.dirname, 'writer.ts');
  const child = spawn(process.execPath, [script, folder, String(WRITERS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const acknowledged: Acknowledged[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // The kill may have cut the last line short.
    const match = /^(\d+) (\d+) (\d+)$/.exec(line);
    if (match) acknowledged.push({ writer: Number(match[1]), n: Number(match[2]), offset: Number(match[3]) });
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return acknowledged;
}

async function stored(log: Log, channel: string): Promise<readonly Stored[]> {
  const all: Stored[] = [];
  for (;;) {
    const { entries } = await log.read(channel, { after: all.at(-1)?.offset ?? 0, limit: 5_000 });
    if (entries.length === 0) return all;
    for (const { offset, json } of entries) {
      const { data } = JSON.parse(json) as { data: { writer: number; n: number; padding: string } };
      expect(data.padding).toHaveLength((data.n * 37 * (data.writer + 1)) % 9_000);
      all.push({ offset, writer: data.writer, n: data.n });
    }
  }
}

const counting = (length: number): readonly number[] => Array.from({ length }, (_, at) => at + 1);

async function compare(log: Log, acknowledged: readonly Acknowledged[]): Promise<void> {
  const all = await stored(log, 'all');
  expect(all.map(({ offset }) => offset)).toEqual(counting(all.length));
  expect((await log.head('all')).offset).toBe(all.length);
  for (const { writer, n, offset } of acknowledged) expect(all[offset - 1]).toEqual({ offset, writer, n });

  for (let writer = 0; writer < WRITERS; writer++) {
    const own = await stored(log, `writer:${writer}`);
    expect(own.map(({ offset }) => offset)).toEqual(counting(own.length));
    expect(own.map(({ n }) => n)).toEqual(counting(own.length));
    // The other channel and the record of the same append agree: both or neither.
    expect(all.filter((entry) => entry.writer === writer).map(({ n }) => n)).toEqual(counting(own.length));
    const record = await log.record('last', `writer-${writer}`);
    expect([record?.value ?? 0, record?.version ?? 0]).toEqual([own.length, own.length]);
  }
}

it(
  `[L12] loses nothing that was acknowledged when the process is killed at any moment (${ROUNDS} rounds, seed ${SEED})`,
  { timeout: 10_000 + ROUNDS * 10_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'greenlight-crash-'));
    const moments = fc.sample(fc.integer({ min: 1, max: 400 }), { numRuns: ROUNDS, seed: SEED });
    const acknowledged: Acknowledged[] = [];
    for (const moment of moments) {
      acknowledged.push(...(await writeUntilKilled(folder, moment)));
      const log = await openLog({ folder });
      await compare(log, acknowledged);
      await log.close();
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(moments.reduce((sum, moment) => sum + moment, 0));
    const db = new DatabaseSync(databaseFile(folder));
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
    await rm(folder, { recursive: true, force: true });
  },
);
