/** What has to hold after any input, and seeds: `GREENLIGHT_FUZZ_SEED=… npx vitest run packages/server/src/fuzz` tries others. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { TestSocket } from '../../testing/clients.ts';
import type { OpenNode } from '../../testing/open-node.ts';

export const SEED = Number(process.env['GREENLIGHT_FUZZ_SEED'] ?? 20_261_122);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Heap and buffers that are still in use, kB. */
export function usedKilobytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_024;
}

/** Somebody who comes now is served, and nothing of ours broke meanwhile. */
export async function stillStands(node: OpenNode, credential: string): Promise<void> {
  expect(node.logged.filter((line) => /"level":"error"|internal_error/.test(line))).toEqual([]);
  using fresh = new TestSocket({ host: node.host, credential }, '/ws');
  expect(await fresh.reply({ id: 1, type: 'ping' })).toMatchObject({ type: 'ok' });
}

/** Waits until nobody is connected any more, then compares. */
export async function staysFlat(
  node: OpenNode,
  { cases, kilobytesPerCase }: { readonly cases: number; readonly kilobytesPerCase: number },
  work: () => Promise<void>,
): Promise<void> {
  const before = usedKilobytes();
  await work();
  while (node.services.connections.count > 0) await new Promise(setImmediate);
  expect((usedKilobytes() - before) / cases).toBeLessThan(kilobytesPerCase);
}
