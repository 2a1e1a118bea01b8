/** The folders that validation may read, and whether a path is in one. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

export type Place = {
  /** Real paths of the allowed folders. */
  readonly roots: readonly string[];
  /** Real path of the folder that relative paths and names start from. */
  readonly cwd: string;
};

/** Roots that do not exist allow nothing. */
export async function openRoots(roots: readonly string[], cwd: string): Promise<Place> {
  const real = await Promise.all(roots.map((root) => realpath(resolve(cwd, root)).catch(() => null)));
  return { roots: real.filter((root) => root !== null), cwd: await realpath(cwd) };
}

/** `path` is absolute and, to be safe against links, real. */
export function isInside(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path);
    return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
  });
}

/** How a path is named in results: relative to the start folder, with `/`. */
export function nameOf(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return (way === '' ? '.' : way).split(sep).join('/');
}
