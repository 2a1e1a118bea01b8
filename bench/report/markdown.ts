/** A result as Markdown: for the terminal and for the page alike. */
import { isMet, type Ratio, type Result, type Table } from '../measurement.ts';
import type { Measured } from './results.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Columns that hold numbers stand right. */
export function tableOf({ columns, rows }: Omit<Table, 'title'>): string {
  const isNumber = (at: number): boolean => rows.every((row) => /^[\d.,–-]+$/.test(row[at] ?? ''));
  const rule = columns.map((_, at) => (isNumber(at) ? '---:' : '---'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

const figure = (value: number): string => value.toFixed(Math.abs(value) >= 100 ? 0 : 2);

function ratioRow(ratio: Ratio): readonly string[] {
  const { of, value, target } = ratio;
  const spread = value.low === value.high ? '' : `${figure(value.low)} to ${figure(value.high)}`;
  return [
    of,
    figure(value.median),
    spread,
    `${target.kind} ${target.value}`,
    isMet(ratio) ? 'met' : '**missed**',
  ];
}

export const ratiosOf = (ratios: readonly Ratio[]): string =>
  tableOf({
    columns: ['figure', 'median', 'lowest to highest', 'target', ''],
    rows: ratios.map(ratioRow),
  });

export function resultOf({ tables, ratios, notes }: Result): string {
  return [
    ...tables.map(tableOf),
    ...(ratios.length > 0 ? [ratiosOf(ratios)] : []),
    ...(notes.length > 0 ? [notes.join(' ')] : []),
  ].join('\n\n');
}

export function conditionsOf({ at, machine, load }: Measured): string {
  const { cpu, cores, gigabytes, node, pinned, compiler } = machine;
  const pins = pinned ? 'server and load on a core each' : 'server and load not pinned';
  const missing = compiler ? '' : '; no C compiler, so nothing is compared with C';
  const [before, after] = load;
  return `${at.slice(0, 16).replace('T', ' ')} UTC, ${cpu}, ${cores} cores, ${gigabytes} GB, Node ${node}, ${pins}${missing}; load average ${before} before and ${after} after.`;
}
