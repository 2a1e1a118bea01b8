/**
 * All checks of the project, in order from cheap to dear, with one closing line: `N passed, N failed, N skipped`.
 * Usage: node scripts/test.ts [--static]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

type Check = { readonly name: string; readonly command: readonly string[] };

const STATIC: readonly Check[] = [
  { name: 'format', command: [bin('oxfmt'), '--check'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  { name: 'types of the page', command: [bin('tsc'), '-p', 'apps/dashboard/tsconfig.json'] },
  { name: 'unused code and dependencies', command: [bin('knip')] },
  {
    name: 'documents',
    command: [process.execPath, 'packages/cli/bin/greenlight.mjs', 'validate', 'docs', '*.md'],
  },
];

type Count = { passed: number; failed: number; skipped: readonly string[] };

function runCheck({ name, command }: Check): boolean {
  const started = Date.now();
  const [file = '', ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const ok = status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) console.log(`${stdout}${stderr}${error?.message ?? ''}`);
  return ok;
}

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
};

function runTests(): Count {
  const file = join(mkdtempSync(join(tmpdir(), 'greenlight-test-')), 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = spawnSync(bin('vitest'), ['run', ...reporters], { cwd: root, stdio: 'inherit' });
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  // A file that could not even be loaded has no tests to fail; it counts as one failure, and so does a runner that died.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter((test) => test.status !== 'passed' && test.status !== 'failed')
      .map((test) => test.fullName),
  );
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed, skipped };
}

const checks = STATIC.map(runCheck);
const tests: Count = process.argv.includes('--static') ? { passed: 0, failed: 0, skipped: [] } : runTests();
for (const name of tests.skipped) console.log(`skipped: ${name}`);
const passed = checks.filter(Boolean).length + tests.passed;
const failed = checks.filter((ok) => !ok).length + tests.failed;
console.log(`\n${passed} passed, ${failed} failed, ${tests.skipped.length} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
