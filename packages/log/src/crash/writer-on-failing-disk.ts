/**
 * Appends until the disk fails, then twice more; prints how many were acknowledged and what the last two were told.
 * failing-disk.test.ts runs it under a limit on the size of files, which the operating system enforces.
 */
import { one } from '../contract/fixtures.ts';
import { openLog } from '../open-log.ts';

// By default the signal ends the process; handled, the write itself fails instead.
process.on('SIGXFSZ', () => {});
const [folder = ''] = process.argv.slice(2);
const log = await openLog({ folder });
const append = (n: number): ReturnType<typeof log.append> =>
  log.append({
    ...one('a', { n, padding: 'x'.repeat(10_000) }),
    records: [{ collection: 'c', id: 'last', value: n, at: 0 }],
  });

let acknowledged = 0;
while ((await append(acknowledged + 1)).ok) acknowledged++;
const told = [await append(acknowledged + 1), await append(acknowledged + 1)];
const { offset } = await log.head('a');
console.log(JSON.stringify({ acknowledged, told, offset }));
await log.close();
