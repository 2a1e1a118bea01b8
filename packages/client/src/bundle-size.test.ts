import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { buildClient } from './test/built-client.ts';

/** What every page loads: everything for a WebSocket, and the choice of another transport. */
const CORE = 9_216;
/** What is loaded only where it is needed. */
const LAZY = 2_048;

/** Text by file name. */
const chunks = new Map<string, string>();
beforeAll(async () => {
  await using built = await buildClient();
  for (const name of await readdir(built.folder))
    chunks.set(name, await readFile(join(built.folder, name), 'utf8'));
});

/** A file with all that it imports at once. */
function loadedWith(name: string, loaded = new Set<string>()): ReadonlySet<string> {
  loaded.add(name);
  for (const [, next = ''] of (chunks.get(name) ?? '').matchAll(/\bfrom\s*["'`]\.\/([^"'`]+)/g))
    if (!loaded.has(next)) loadedWith(next, loaded);
  return loaded;
}

const bytesOf = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(chunks.get(name) ?? '', { level: 9 }).length, 0);

it(`[K22] weighs at most ${CORE} bytes gzip, with everything it imports`, () => {
  expect(bytesOf(loadedWith('client.js'))).toBeLessThanOrEqual(CORE);
});

it(`[K22] loads later what not every page needs, at most ${LAZY} bytes gzip at a time`, () => {
  const core = loadedWith('client.js');
  const lazy = [...chunks.keys()].filter((name) => !core.has(name));
  expect(lazy.map((name) => name.slice(0, -'-00000000.js'.length)).toSorted()).toEqual([
    'detour',
    'long-poll',
    'requests',
    'rest',
    'sse',
    'tabs',
  ]);
  for (const name of lazy) expect(bytesOf([name]), name).toBeLessThanOrEqual(LAZY);
});

it('[K22] depends on nothing but the protocol package', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['@greenlight/protocol']);
  for (const [name, text] of chunks)
    for (const [, from = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*["'`]([^"'`]+)["'`]/g))
      expect(from, name).toMatch(/^\.\//);
});
