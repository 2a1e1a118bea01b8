/** docs/benchmarks.md and its plots, made from the results: nothing on the page is written by hand. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '../measurement.ts';
import { conditionsOf, ratiosOf, resultOf } from './markdown.ts';
import { svgOf } from './plot.ts';
import type { Results } from './results.ts';

const HEAD = `---
title: Measurements
description: What Greenlight was measured to do, beside what, on which machine, and the command that anyone can run to see it again.
---

# Measurements

\`npm run bench\` makes this page; nothing on it is written by hand. \`npm run bench fan-out memory\` repeats some of it,
\`--quick\` tries everything in a minute without touching the page, \`--json FILE\` writes the figures elsewhere too.

Absolute figures on a machine that others use are noise. What holds is the ratio between two things that took turns in
one run, A B A B, and processor time rather than time on the clock: of the whole server process, kernel included, as
Linux counts it. The server has one core and the load generator another; the load generator never sleeps while it is
measured, so that no engine pays for waking it. Medians, and beside them the lowest and the highest.

C is a single-threaded program of 150 lines that writes the same frames with one \`send\` for each subscriber and does
nothing else ([bench/c/limit.c](../bench/c/limit.c)): the limit.
`;

export function writePage(docs: string, measurements: readonly Measurement[], results: Results): void {
  mkdirSync(join(docs, 'benchmarks'), { recursive: true });
  const measured = measurements.flatMap((measurement) => {
    const result = results[measurement.name];
    return result ? [{ ...measurement, result }] : [];
  });
  const sections = measured.map(({ name, title, about, result }) => {
    const plots = (result.plots ?? []).map((plot) => {
      writeFileSync(join(docs, 'benchmarks', `${name}.svg`), svgOf(plot));
      return `![${plot.title}](benchmarks/${name}.svg)`;
    });
    return [
      `## ${title}`,
      about,
      `\`\`\`sh\nnpm run bench ${name}\n\`\`\``,
      resultOf(result),
      ...plots,
      conditionsOf(result),
    ].join('\n\n');
  });
  const all = measured.flatMap(({ result }) => result.ratios);
  const page = [HEAD.trimEnd(), '## Targets', ratiosOf(all), ...sections].join('\n\n');
  writeFileSync(join(docs, 'benchmarks.md'), `${page}\n`);
}
