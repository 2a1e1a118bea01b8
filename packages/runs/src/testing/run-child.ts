/** A process that executes a run until it is killed: `node run-child.ts <folder>`. Prints `hanging` when it is in the middle. */
import { openLog } from '@greenlight/log/open-log';
import { createRuns } from '../create-runs.ts';
import { keptWorkflow } from './kept-workflow.ts';

const [folder = ''] = process.argv.slice(2);
const log = await openLog({ folder });
const runs = await createRuns({
  log,
  workflows: [keptWorkflow(folder, () => process.stdout.write('hanging\n'))],
  clock: Date.now,
  random: Math.random,
  node: 'n_child',
});
await runs.begin();
if ((await runs.list()).length === 0) await runs.start({ kind: 'kept', input: {}, owner: 'ann' });
setInterval(() => {}, 60_000);
