/**
 * How fast documents are validated, against the linter alone on the same files with the same rules.
 *
 *     node bench/validation.ts [tree] [--rounds 3] [--json]
 *
 * Each measurement is a process of its own, so that memory can be told apart; the two take turns.
 */
import { execFile } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { discover } from '@greenlight/workflows/validation/discover';
import { createEngine } from '@greenlight/workflows/validation/engine';
import { parseValidationInput, type ValidationInput } from '@greenlight/workflows/validation/input';
import { lintConfiguration } from '@greenlight/workflows/validation/profile';
import { lint } from 'markdownlint/sync';

type Measured = {
  files: number;
  bytes: number;
  ms: number;
  firstMs: number;
  peakMb: number;
  findings: number;
};
const SUBJECTS = ['greenlight', 'linter'] as const;
type Subject = (typeof SUBJECTS)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    measure: { type: 'string' },
  },
});
const tree = positionals[0] ?? 'node_modules';
const roots = [tree];
const input = inputOf(tree);

if (values.measure === 'greenlight') console.log(JSON.stringify(await measureGreenlight(input)));
else if (values.measure === 'linter') console.log(JSON.stringify(await measureLinter(input)));
else await compare(Number(values.rounds));

function inputOf(path: string): ValidationInput {
  const parsed = parseValidationInput({ paths: [path] });
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.input;
}

/** Everything from the first look at the tree to the last checked link; all tiers, Python and shell included. */
async function measureGreenlight(input: ValidationInput): Promise<Measured> {
  const started = performance.now();
  let firstMs = 0;
  let bytes = 0;
  let findings = 0;
  const { files } = await discover(input, { roots });
  const created = await createEngine({ input, roots });
  if (!created.ok) throw new Error(created.detail);
  await created.engine.run(files, {
    onResult: (result) => {
      firstMs ||= performance.now() - started;
      bytes += result.bytes;
      findings += Object.values(result.findings).flat().length;
    },
  });
  await created.engine.links({ onResult: (result) => void (findings += result.findings.length) });
  const ms = performance.now() - started;
  await created.engine.close();
  return { files: files.length, bytes, ms, firstMs, findings, peakMb: peak() };
}

/** The linter with the same rules in one thread, file after file. */
async function measureLinter(input: ValidationInput): Promise<Measured> {
  const started = performance.now();
  let firstMs = 0;
  let findings = 0;
  const { files } = await discover(input, { roots });
  const config = lintConfiguration(input);
  for (const { path } of files) {
    if (path === undefined) continue;
    const results = lint({ files: [path], config, handleRuleFailures: true });
    firstMs ||= performance.now() - started;
    findings += Object.values(results).flat().length;
  }
  const ms = performance.now() - started;
  return { files: files.length, bytes: 0, ms, firstMs, findings, peakMb: peak() };
}

function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

async function compare(rounds: number): Promise<void> {
  const seen: Record<Subject, Measured[]> = { greenlight: [], linter: [] };
  for (let round = 0; round < rounds; round++)
    for (const subject of SUBJECTS) seen[subject].push(await measureApart(subject));
  const [ours, theirs] = SUBJECTS.map((subject) => summary(seen[subject]));
  if (ours === undefined || theirs === undefined) throw new Error('At least one round is needed.');
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
  };
  if (ours.files === 0) throw new Error(`There are no Markdown files in ${tree}.`);
  const ratio = ours.filesPerSecond / theirs.filesPerSecond;
  const result = { tree, rounds, machine, greenlight: ours, linter: theirs, ratio: round(ratio, 2) };
  if (values.json) {
    console.log(JSON.stringify(result, null, 2));
    return;
  }
  console.log(`${ours.files} Markdown files (${ours.megabytes} MB), ${rounds} rounds in turns, medians.`);
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}.\n`);
  console.log('| | files/s | seconds | first result | peak memory |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  console.log(row('Greenlight, all tiers', ours));
  console.log(row('the linter alone, one thread', theirs));
  console.log(`\nGreenlight is ${result.ratio} × as fast as the linter alone.\n`);
  console.log(JSON.stringify(result));
}

async function measureApart(subject: Subject): Promise<Measured> {
  const script = import.meta.filename;
  const { stdout } = await promisify(execFile)(process.execPath, [script, tree, '--measure', subject]);
  return JSON.parse(stdout) as Measured;
}

type Summary = ReturnType<typeof summary>;

function summary(measured: readonly Measured[]) {
  const ms = median(measured.map((one) => one.ms));
  const files = measured[0]?.files ?? 0;
  return {
    files,
    megabytes: round((measured[0]?.bytes ?? 0) / 1e6, 1),
    filesPerSecond: round(files / (ms / 1000), 1),
    seconds: round(ms / 1000, 2),
    firstResultMs: Math.round(median(measured.map((one) => one.firstMs))),
    peakMb: Math.round(median(measured.map((one) => one.peakMb))),
    findings: measured[0]?.findings ?? 0,
  };
}

function row(name: string, one: Summary): string {
  return `| ${name} | ${one.filesPerSecond} | ${one.seconds} | ${one.firstResultMs} ms | ${one.peakMb} MB |`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? high)) / 2;
}

function round(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}
