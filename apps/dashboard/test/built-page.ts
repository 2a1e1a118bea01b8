/** The page as it is built from the sources of now. */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const root = join(import.meta.dirname, '..');

function newest(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}

function isCurrent(): boolean {
  const built = statSync(join(root, 'dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['src', 'public', '../../packages/client/src', '../../packages/protocol/src'];
  const files = ['index.html', 'vite.config.ts', 'package.json'];
  return (
    sources.every((folder) => newest(join(root, folder)) < built) &&
    files.every((file) => statSync(join(root, file)).mtimeMs < built)
  );
}

/** Builds it if it is older than its sources. */
export async function ensureBuilt(): Promise<void> {
  if (isCurrent()) return;
  // A process of its own: the test runner's NODE_ENV would put React's development build into the page.
  const { NODE_ENV: _runner, ...env } = process.env;
  const vite = join(root, '../../node_modules/vite/bin/vite.js');
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, env });
}
