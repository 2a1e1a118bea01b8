/** `greenlight-conformance <url>`: reads what was asked, runs the checks, tells what came of them. */
import { titleOf } from './check.ts';
import { HELP, readCommandLine } from './command-line.ts';
import { countsOf, linesOf, summaryOf } from './report.ts';
import { plan, type Result, runChecks } from './run-checks.ts';

const WRONGLY_CALLED = 2;
const say = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

const everything = plan([]).map(({ rule }) => rule);
const asked = readCommandLine(process.argv.slice(2), process.env, everything);
switch (asked.kind) {
  case 'help':
    process.stdout.write(HELP);
    break;
  case 'wrong':
    process.stderr.write(`greenlight-conformance: ${asked.sentence}\n`);
    process.exitCode = WRONGLY_CALLED;
    break;
  case 'list':
    say(plan(asked.only).map((item) => listed(item)));
    break;
  case 'run': {
    let before: Result | undefined;
    const results = await runChecks(asked, asked.only, (result) => {
      if (!asked.json) say(linesOf(result, before));
      before = result;
    });
    const counts = countsOf(results);
    say([
      asked.json
        ? JSON.stringify({ url: asked.url.origin, counts, results }, null, 2)
        : `\n${summaryOf(counts)}`,
    ]);
    process.exitCode = counts.fail === 0 ? 0 : 1;
    break;
  }
  default:
    asked satisfies never;
}

function listed(item: ReturnType<typeof plan>[number]): string {
  if ('see' in item) return `${titleOf(item)}: ${item.proves}`;
  return `${item.rule} not checkable: ${item.reason}`;
}
