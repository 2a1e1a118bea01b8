/**
 * Appends a few small events, then one that the disk does not take, then two small ones; prints how many were
 * acknowledged and what the last three were told. failing-disk.test.ts runs it under a limit on the size of files,
 * which the operating system enforces.
 */
import { one } from '../contract/fixtures.ts';
import { openLog } from '../open-log.ts';

// By default the signal ends the process; handled, the write itself fails instead.
process.on('SIGXFSZ', () => {});
const [folder = ''] = process.argv.slice(2);
const log = await openLog({ folder });
const append = (n: number, size = 1_000): ReturnType<typeof log.append> =>
  log.append({
    ...one('a', { n, padding: 'x'.repeat(size) }),
    records: [{ collection: 'c', id: 'last', value: n, at: 0 }],
  });

let acknowledged = 0;
while (acknowledged < 20 && (await append(acknowledged + 1)).ok) acknowledged++;
const told = [
  await append(acknowledged + 1, 4_000_000),
  await append(acknowledged + 1),
  await append(acknowledged + 1),
];
const { offset } = await log.head('a');
console.log(JSON.stringify({ acknowledged, told, offset }));
await log.close();
