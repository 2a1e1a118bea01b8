/**
 * `npm run soak`: random faults from seeds, `kill -9`, and a comparison of everything that was published with everything
 * that each subscriber's application saw. docs/soak.md
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FOLLOWER_KINDS } from './soak/followers/follower.ts';
import { type Plan, planFor } from './soak/plan.ts';
import { runMany } from './soak/run-many.ts';
import type { Result } from './soak/run-plan.ts';
import { story } from './soak/story.ts';
import { add, isFailed, noTotals, table } from './soak/totals.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    events: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '600' },
    lanes: { type: 'string', default: '3' },
    /** This one schedule. */
    seed: { type: 'string' },
    /** The first seed of many. Default: a random one. */
    from: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const schedules = values.seed === undefined ? Number(values.schedules) : 1;
const eventsOfOne = Math.ceil(Number(values.events) / Number(values.schedules));
const first = Number(values.seed ?? values.from ?? crypto.getRandomValues(new Uint32Array(1))[0]);
if (
  ![schedules, eventsOfOne, first, Number(values.minutes), Number(values.lanes)].every((value) => value >= 0)
) {
  console.error(
    'Usage: npm run soak -- [--schedules N] [--events N] [--minutes M] [--lanes N] [--from SEED | --seed SEED] [--json]',
  );
  process.exit(2);
}

function* plans(): Generator<Plan> {
  for (let n = 0; n < schedules; n += 1)
    yield planFor((first + n) >>> 0, { events: eventsOfOne, followers: FOLLOWER_KINDS });
}

const say = (text: string): void => void process.stderr.write(text);
const totals = noTotals();
const startedAt = Date.now();
const stopping = new AbortController();
setTimeout(() => stopping.abort(), Number(values.minutes) * 60_000).unref();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort());

async function report(result: Result): Promise<void> {
  const folder = join(tmpdir(), 'greenlight-soak-failures');
  const file = join(folder, `${result.plan.seed}.txt`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, story(result));
  say(
    `\n${story(result, 12)}\nThe whole history: ${file}\nAgain: npm run soak -- --seed ${result.plan.seed} --events ${values.events} --schedules ${values.schedules}\n\n`,
  );
}

say(`seeds ${first} to ${(first + schedules - 1) >>> 0}, ${eventsOfOne} events each\n`);
const reports: Promise<void>[] = [];
await runMany({
  plans: plans(),
  lanes: Math.min(Number(values.lanes), schedules),
  signal: stopping.signal,
  onResult(result) {
    add(totals, result);
    if (isFailed(result)) reports.push(report(result));
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const line = `${totals.schedules}/${schedules} schedules, ${totals.events} events, ${totals.seen} seen, ${totals.failedSeeds.length} failed, ${seconds} s`;
    if (process.stderr.isTTY) say(`\r${line}  `);
    else if (totals.schedules % 20 === 0) say(`${line}\n`);
  },
});
await Promise.all(reports);
const seconds = (Date.now() - startedAt) / 1_000;
if (values.json) console.log(JSON.stringify({ first, seconds, ...totals }, null, 2));
else console.log(`\n${table(totals)}\n${seconds.toFixed(0)} s, seeds from ${first}`);
process.exit(totals.failedSeeds.length === 0 ? 0 : 1);
