/** The page as it is built from the sources of now. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

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
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}
