/**
 * `npm run bench [name…] [--quick] [--json FILE]`: every measurement, or those that are named, one after another; prints
 * the machine, tables and ratios, and makes docs/benchmarks.md. `npm run bench storm [connections]` is by itself.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, loadNow } from './machine/describe.ts';
import { MEASUREMENTS } from './measurements/all.ts';
import { conditionsOf, resultOf } from './report/markdown.ts';
import { writePage } from './report/page.ts';
import { type Measured, readResults, writeResults } from './report/results.ts';

const docs = join(import.meta.dirname, '../docs');
const kept = join(docs, 'benchmarks/results.json');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const [first, ...more] = positionals;
if (first === 'storm') {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'storm.ts'), ...more], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
const unknown = positionals.filter((name) => !MEASUREMENTS.some((known) => known.name === name));
if (unknown.length > 0) {
  const names = MEASUREMENTS.map(({ name }) => name).join(', ');
  console.error(`There is no measurement "${unknown.join('", "')}"; there are ${names}, and storm.`);
  process.exit(2);
}

const machine = describeMachine();
const measured: Record<string, Measured> = {};
for (const { name, title, run } of MEASUREMENTS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n# ${title}\n`);
  const before = loadNow();
  const at = new Date().toISOString();
  const result = await run(values.quick ? 'quick' : 'full');
  const one = { ...result, at, machine, load: [before, loadNow()] as const };
  measured[name] = one;
  console.log(`${resultOf(one)}\n\n${conditionsOf(one)}`);
  // After each, so that what was measured is kept if a later one is interrupted.
  if (values.json !== undefined) writeResults(values.json, measured);
  if (values.quick) continue;
  const all = { ...readResults(kept), [name]: one };
  writePage(docs, MEASUREMENTS, all);
  writeResults(kept, all);
}
