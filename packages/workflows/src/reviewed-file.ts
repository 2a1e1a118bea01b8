/** The file that a recommendation is about: found inside the roots, read, and replaced in one step. */
import { constants } from 'node:fs';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { digestOf } from './validation/digest.ts';
import { isInside, openRoots } from './validation/roots.ts';

export type FoundFile =
  /** `path` is real: symlinks are resolved. */
  | { readonly ok: true; readonly path: string; readonly bytes: Uint8Array; readonly digest: string }
  | { readonly ok: false; readonly why: 'outside' | 'gone'; readonly detail: string };

/** `file` as results name it: relative to the start folder. */
export async function findFile(
  file: string,
  { roots, cwd }: { roots: readonly string[]; cwd: string },
): Promise<FoundFile> {
  const place = await openRoots(roots, cwd);
  const outside = {
    ok: false,
    why: 'outside',
    detail: `${file} is outside the folders that may be changed.`,
  } as const;
  const wanted = resolve(place.cwd, file);
  try {
    const path = await realpath(wanted);
    if (!isInside(path, place.roots)) return outside;
    const bytes = await readFile(path);
    return { ok: true, path, bytes, digest: digestOf(bytes) };
  } catch {
    // Whether something exists out there is nobody's business.
    if (!isInside(wanted, place.roots)) return outside;
    return { ok: false, why: 'gone', detail: `${file} cannot be read any more; validate again.` };
  }
}

/** Either the old content or the new one is there, at each moment and after a power cut. Keeps mode and, where it may, owner. */
export async function replaceFile(path: string, bytes: Uint8Array, unique: string): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  const temporary = join(dirname(path), `.${basename(path)}.${unique}.tmp`);
  try {
    await writeDurably(temporary, bytes, { mode, uid, gid });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await flushFolder(dirname(path));
}

type Owner = { readonly mode: number; readonly uid: number; readonly gid: number };

export async function writeDurably(path: string, bytes: Uint8Array, owner?: Owner): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  // Readable by nobody else until it has its mode.
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  await file.writeFile(bytes);
  if (owner) {
    await file.chown(owner.uid, owner.gid).catch(() => {});
    await file.chmod(owner.mode & 0o7777);
  }
  await file.sync();
}

export async function flushFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
