/** `npm run bench [name…]`: every measurement, or those that are named, one after another, each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BENCHES = ['log', 'fanout', 'validation', 'storm'];
const wanted = process.argv.slice(2).filter((word) => BENCHES.includes(word));
/** Whatever is no name is for the bench that is named: `npm run bench storm 5000`. */
const options = process.argv.slice(2).filter((word) => !BENCHES.includes(word));

for (const name of wanted.length > 0 ? wanted : BENCHES) {
  console.log(`\n# ${name}\n`);
  const file = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(process.execPath, [file, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
