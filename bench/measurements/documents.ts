import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

/** What `validation.ts --json` prints, as far as it is used here. */
type Side = {
  readonly files: number;
  readonly megabytes: number;
  readonly filesPerSecond: number;
  readonly firstResultMs: number;
  readonly peakMb: number;
};
type Compared = { readonly greenlight: Side; readonly linter: Side; readonly ratio: number };

const row = (what: string, side: Side): readonly string[] => [
  what,
  String(side.filesPerSecond),
  `${side.firstResultMs} ms`,
  `${side.peakMb} MB`,
];

export const documents: Measurement = {
  name: 'validation',
  title: 'Validation, beside the linter alone',
  about:
    'All tiers (syntax, style, content, links; Python and shell included) in worker threads, against the linter alone with the same rules in one thread, on the same files; each in a process of its own, three rounds in turns. Another tree: `node bench/validation.ts path/to/tree`.',
  async run(scale) {
    const tree = scale === 'full' ? 'node_modules' : 'docs';
    const args = [join(import.meta.dirname, '../validation.ts'), tree, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...args,
      '--rounds',
      scale === 'full' ? '3' : '1',
    ]);
    const { greenlight, linter, ratio } = JSON.parse(stdout) as Compared;
    return {
      tables: [
        {
          title: 'Validation',
          columns: ['', 'files/s', 'first result', 'peak memory'],
          rows: [row('Greenlight, all tiers', greenlight), row('the linter alone', linter)],
        },
      ],
      ratios: [
        {
          of: 'Files per second ÷ those of the linter alone',
          value: spreadOf([ratio]),
          target: { kind: 'at least', value: 0.8 },
        },
      ],
      notes: [`${greenlight.files} Markdown files in \`${tree}\`, ${greenlight.megabytes} MB.`],
    };
  },
};
