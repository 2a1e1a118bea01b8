/** Runs over a real log in a temporary folder, and workflows that tests hold in their hands. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@greenlight/log/log';
import { openLog } from '@greenlight/log/open-log';
import { createRuns } from '../create-runs.ts';
import type { RunLimits } from '../limits.ts';
import type { Runs } from '../runs.ts';
import type { RunContext, Workflow } from '../workflow.ts';
import { hear, type Heard } from './heard-log.ts';

export type OpenRuns = AsyncDisposable &
  Heard & {
    readonly runs: Runs;
    readonly folder: string;
    /** Bugs that runs met. */
    readonly bugs: unknown[];
    /** A second owner of runs over the same log, as another node would be. */
    another(workflows: readonly Workflow<unknown>[]): Promise<Runs>;
  };

export type OpenRunsOptions = {
  readonly folder?: string;
  readonly limits?: Partial<RunLimits>;
  readonly clock?: () => number;
  /** Default true; false leaves it to the test. */
  readonly begin?: boolean;
  /** To watch or disturb what runs do with the log. */
  readonly wrap?: (log: Log) => Log;
};

export async function openRuns(
  workflows: readonly Workflow<unknown>[] | ((log: Log) => readonly Workflow<unknown>[]),
  { folder: given, limits = {}, clock = Date.now, begin = true, wrap = (log) => log }: OpenRunsOptions = {},
): Promise<OpenRuns> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'greenlight-runs-')));
  const raw = await openLog({ folder, retainEveryMs: 0 });
  const heard = hear(wrap(raw));
  const bugs: unknown[] = [];
  const open: Runs[] = [];
  const make = async (node: string, kinds: readonly Workflow<unknown>[]): Promise<Runs> => {
    const made = await createRuns({
      log: heard.log,
      workflows: kinds,
      clock,
      random: Math.random,
      node,
      limits,
      onBug: (error) => bugs.push(error),
    });
    open.push(made);
    if (begin) await made.begin();
    return made;
  };
  return {
    ...heard,
    runs: await make('n_one', typeof workflows === 'function' ? workflows(heard.log) : workflows),
    folder,
    bugs,
    another: (kinds) => make(`n_${open.length + 1}`, kinds),
    async [Symbol.asyncDispose]() {
      for (const runs of open) await runs.close();
      await raw.close();
      if (given === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A workflow of kind `test` that does what the test says. */
export const workflowOf = (execute: (context: RunContext) => Promise<unknown>): Workflow<unknown> => ({
  kind: 'test',
  unit: 'pieces',
  parse: (input) =>
    typeof input === 'string'
      ? { ok: false, detail: 'The input of a test is an object.' }
      : { ok: true, input, title: 'A test' },
  execute,
});

export const START = { kind: 'test', input: {}, owner: 'ann' } as const;
