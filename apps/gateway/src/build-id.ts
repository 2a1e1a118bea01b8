/** Which code runs: the git commit, marked when files differ from it, or a hash of the sources outside git. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function buildId(root: string): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', root, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === ''
      ? commit
      : `${commit}-${sourceHash(root)}`;
  } catch {
    return sourceHash(root);
  }
}

function sourceHash(root: string): string {
  const sum = createHash('sha256');
  for (const file of globSync('{packages,apps}/*/src/**/*.ts', { cwd: root }).toSorted())
    sum.update(readFileSync(join(root, file)));
  return sum.digest('hex').slice(0, 12);
}
