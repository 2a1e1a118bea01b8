/** Rows under a heading, in columns as wide as what is in them. */
import { paint } from './output.ts';

export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint('dim', line(heading)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** A time as people in one place read it: `2026-11-22 18:52`, UTC. */
export const shortTime = (rfc3339: string): string => rfc3339.slice(0, 16).replace('T', ' ');
