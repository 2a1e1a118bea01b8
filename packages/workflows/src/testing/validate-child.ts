/** A process that validates until it is killed: `node validate-child.ts <data> <root>`. Prints a line when it is in the middle. */
import { openLog } from '@greenlight/log/open-log';
import { createRuns } from '@greenlight/runs/create-runs';
import { hear } from '@greenlight/runs/testing/heard-log';
import { createValidationWorkflow } from '../validation-workflow.ts';

const [folder = '', root = ''] = process.argv.slice(2);
const heard = hear(await openLog({ folder }));
const { log } = heard;
const runs = await createRuns({
  log,
  workflows: [createValidationWorkflow({ log, roots: [root], cwd: root, clock: Date.now })],
  clock: Date.now,
  random: Math.random,
  node: 'n_child',
});
await runs.begin();
await runs.start({ kind: 'validation', input: { paths: ['.'], recommend: false }, owner: 'ann' });
await heard.event(
  ({ event }) =>
    event.type === 'validation.created' &&
    (event.data as { items: { file: string }[] }).items.some(({ file }) => file >= 'docs/page-0050.md'),
);
process.stdout.write('in the middle\n');
setInterval(() => {}, 60_000);
