/** What files held before a recommendation changed them: in the data folder, named by content. */
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { flushFolder, writeDurably } from './reviewed-file.ts';
import { digestOf } from './validation/digest.ts';

export interface Originals {
  /** Resolves when a power cut cannot lose it any more. */
  keep(digest: string, bytes: Uint8Array): Promise<void>;
  /** Null when it was never kept or is damaged. */
  read(digest: string): Promise<Uint8Array | null>;
}

export function createOriginals(folder: string, unique: () => string): Originals {
  const fileOf = (digest: string): string => join(folder, digest.replace(/^sha256:/, ''));
  async function read(digest: string): Promise<Uint8Array | null> {
    const bytes = await readFile(fileOf(digest)).catch(() => null);
    return bytes && digestOf(bytes) === digest ? bytes : null;
  }
  return {
    read,
    async keep(digest, bytes) {
      if (await read(digest)) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = join(folder, `.${unique()}.tmp`);
      await writeDurably(temporary, bytes);
      await rename(temporary, fileOf(digest));
      await flushFolder(folder);
    },
  };
}
