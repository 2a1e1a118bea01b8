/**
 * The process that crash.test.ts kills: opens a folder, appends from several writers without pause, and writes one
 * line for each acknowledgement, synchronously, the moment it has it: `<writer> <n> <offset in all>`.
 */
import { writeSync } from 'node:fs';
import { one } from '../contract/fixtures.ts';
import { openLog } from '../open-log.ts';

const [folder = '', writers = '8'] = process.argv.slice(2);
const log = await openLog({ folder });

async function write(writer: number): Promise<never> {
  const known = await log.record('last', `writer-${writer}`);
  for (let n = ((known?.value as number | undefined) ?? 0) + 1; ; n++) {
    // Sizes from a few bytes to several database pages.
    const event = { writer, n, padding: 'x'.repeat((n * 37 * (writer + 1)) % 9_000) };
    const result = await log.append({
      appends: [...one(`writer:${writer}`, event).appends, ...one('all', event).appends],
      records: [{ collection: 'last', id: `writer-${writer}`, value: n, at: 0, ifVersion: n - 1 }],
    });
    if (!result.ok) throw new Error(JSON.stringify(result));
    writeSync(1, `${writer} ${n} ${result.results[1]?.last}\n`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));
