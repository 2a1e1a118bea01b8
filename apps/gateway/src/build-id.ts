/** Which code runs: the git commit, marked when files differ from it, or a hash of the sources outside git. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function buildId(root: string): string {
  try {
    const status = execFileSync(
      'git',
      ['-C', root, 'status', '--porcelain=v2', '--branch', '--untracked-files=no'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const commit = /^# branch\.oid ([0-9a-f]{12})/m.exec(status)?.[1];
    if (commit === undefined) return sourceHash(root);
    return /^[^#\n]/m.test(status) ? `${commit}-${sourceHash(root)}` : commit;
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
