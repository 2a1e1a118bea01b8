/** A workflow that writes down what it does, so that a test can tell what a later life of the run repeated. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow } from '../workflow.ts';

const note = (folder: string, line: string): void => appendFileSync(join(folder, 'work.txt'), `${line}\n`);

/** Hangs in its second step while the folder has a file `hang`; calls `hanging` then. */
export const keptWorkflow = (folder: string, hanging: () => void = () => {}): Workflow<unknown> => ({
  kind: 'kept',
  unit: 'pieces',
  parse: (input) => ({ ok: true, input, title: 'Kept' }),
  async execute(context) {
    const one = await context.step('one', 'One', async (step) => {
      note(folder, 'one');
      step.progress({ completed: 5, total: 5, run: { completed: 5, total: 10 }, counts: { made: 5 } });
      return { made: 5 };
    });
    const two = await context.step('two', 'Two', async (step) => {
      note(folder, 'two');
      step.progress({ completed: 2, total: 5, run: { completed: 7, total: 10 } });
      await step.flush();
      if (existsSync(join(folder, 'hang'))) {
        hanging();
        await aborted(context.signal);
      }
      step.progress({ completed: 5, run: { completed: 10, total: 10 }, counts: { made: 10 } });
      return { made: 5 };
    });
    return { made: one.made + two.made };
  },
});

/** Rejects with the signal's reason. */
export const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
