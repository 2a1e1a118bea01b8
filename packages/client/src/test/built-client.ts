/** The client as outsiders get it, built into a folder that goes away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';

const cwd = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type BuiltClient = { readonly folder: string; readonly [Symbol.asyncDispose]: () => Promise<void> };

/** `client.js` and what it loads later, ESM. */
export async function buildClient(): Promise<BuiltClient> {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
  await build({ cwd, outDir: folder, dts: false, logLevel: 'error' });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
