/** Runs for tests that only look at them: those that the test puts into the map, as they are there. */
import type { RunSnapshot } from '@greenlight/protocol/run';
import type { RunFailure, Runs } from '@greenlight/runs/runs';

/** By id; `offset` is that of the run's channel. */
export type RunsByHand = Map<string, { readonly run: RunSnapshot; readonly offset: number }>;

export function runsInMemory(runs: RunsByHand = new Map()): Runs {
  return {
    start: async ({ kind }) => failure('invalid_input', `There is no workflow of kind ${kind}.`),
    list: async () => [...runs.values()].map(({ run }) => run),
    get: async (id) => runs.get(id) ?? null,
    control: async (id) => {
      const found = runs.get(id);
      return found ? { ok: true, run: found.run } : failure('not_found', `There is no run ${id}.`);
    },
    privateOwner: (id) => {
      const run = runs.get(id)?.run;
      return run?.private ? run.owner : null;
    },
    begin: async () => {},
    close: async () => {},
  };
}

const failure = (code: RunFailure['code'], detail: string): RunFailure => ({ ok: false, code, detail });
