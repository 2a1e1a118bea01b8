/** A validation's findings for people and for `grep`: one line each, and one that sums up. */
import type { Severity } from '@greenlight/protocol/review';
import type { Report } from '@greenlight/workflows/validation/api';
import { paint, print } from '../output.ts';

const COLOURS = { error: 'red', warning: 'yellow', info: 'blue' } as const satisfies Record<Severity, string>;

export async function printReport({ findings, summary, startedAt, endedAt }: Report): Promise<void> {
  for (const { file, line, column, severity, rule, message } of findings)
    await print(
      `${file}:${line}:${column}: ${paint(COLOURS[severity], severity)} ${paint('dim', rule)} ${message}\n`,
    );
  const { files, failed, counts, recommendations } = summary;
  const seconds = ((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1);
  const found = [
    many(counts.error, 'error'),
    many(counts.warning, 'warning'),
    many(counts.info, 'note'),
    ...(recommendations > 0 ? [many(recommendations, 'recommendation')] : []),
  ];
  const verdict = failed === 0 ? paint('green', 'all pass') : paint('red', `${failed} fail`);
  await print(`${many(files, 'document')}, ${verdict}: ${found.join(', ')} (${seconds} s)\n`);
}

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
