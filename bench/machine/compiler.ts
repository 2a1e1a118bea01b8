/** The program in C, compiled once for each run of the benches. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasCompiler = spawnSync('cc', ['--version']).status === 0;

/** Gives the path of the program. */
export function compile(source: string): string {
  const program = join(mkdtempSync(join(tmpdir(), 'greenlight-bench-')), 'limit');
  const { status, stderr } = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${source} does not compile: ${stderr}`);
  return program;
}
