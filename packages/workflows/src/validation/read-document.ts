/** The bytes of one document, or why there are none. Runs in a worker, so it may block. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { DocumentSource } from './api.ts';
import type { OwnRule } from './own-rules.ts';

export type ReadDocument =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly rule: OwnRule; readonly message: string };

export function readDocument(source: DocumentSource, maxBytes: number): ReadDocument {
  if (source.text !== undefined) return bounded(Buffer.from(source.text), maxBytes);
  if (source.path === undefined) return failed('file/missing', 'There is neither a path nor a text.');
  let descriptor: number;
  try {
    // The path was resolved when it was found: a link in its place now would lead somewhere else.
    descriptor = openSync(source.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return unreadable(error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return failed('file/not-a-file', 'It is not a regular file, so it was not read.');
    if (stat.size > maxBytes) return tooLarge(stat.size, maxBytes);
    return bounded(readFileSync(descriptor), maxBytes);
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}

function bounded(bytes: Uint8Array, maxBytes: number): ReadDocument {
  return bytes.length > maxBytes ? tooLarge(bytes.length, maxBytes) : { ok: true, bytes };
}

function tooLarge(size: number, maxBytes: number): ReadDocument {
  return failed(
    'file/too-large',
    `The file has ${megabytes(size)}; files over ${megabytes(maxBytes)} are not read (\`limits.maxFileBytes\`).`,
  );
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${bytes.toLocaleString('en')} bytes` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function unreadable(error: unknown): ReadDocument {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOENT':
      return failed('file/vanished', 'The file was there when it was found and is gone now.');
    case 'ELOOP':
      return failed('file/symlink-loop', 'A symbolic link stands where the file was found.');
    case 'EACCES':
    case 'EPERM':
      return failed('file/unreadable', 'The file cannot be read: permission denied.');
    default:
      return failed('file/unreadable', `The file cannot be read (${code}).`);
  }
}

function failed(rule: OwnRule, message: string): ReadDocument {
  return { ok: false, rule, message };
}
