/** Everything that was measured last, kept beside the page: a run of some measurements leaves the others as they were. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from '../machine/describe.ts';
import type { Result } from '../measurement.ts';

export type Measured = Result & {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly machine: Machine;
  /** Load average of a minute, before and after. */
  readonly load: readonly [number, number];
};
export type Results = Readonly<Record<string, Measured>>;

export function readResults(file: string): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
