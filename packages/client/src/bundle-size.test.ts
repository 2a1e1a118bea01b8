import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'tsdown';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const BUDGET = 8_192;
const cwd = dirname(dirname(fileURLToPath(import.meta.url)));

it(`[K22] weighs at most ${BUDGET} bytes gzip, with everything it imports`, async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
  await build({ cwd, outDir, dts: false, logLevel: 'error' });
  const code = await readFile(join(outDir, 'client.js'));
  await rm(outDir, { recursive: true });
  expect(code.toString()).not.toMatch(/\bfrom\s*["']|\bimport\s*\(/);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(BUDGET);
});

it('[K22] depends on nothing but the protocol package', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['@greenlight/protocol']);
});
