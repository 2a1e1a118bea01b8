import type { RunSnapshot } from '@greenlight/protocol/run';
import { expect, it } from 'vitest';
import { filterFrom, filterRuns, searchFrom } from './run-filter.ts';

const run = (change: Partial<RunSnapshot>): RunSnapshot => ({
  id: 'wf_1',
  kind: 'validation',
  state: 'running',
  transition: 1,
  owner: 'ada',
  private: false,
  title: 'docs',
  input: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  progress: { completed: 0, unit: 'files' },
  steps: [],
  counts: {},
  autoResumed: 0,
  ...change,
});

it('[D7] survives the way through the address bar', () => {
  const filter = { state: 'failed', kind: 'validation', text: 'read me & more' } as const;
  expect(filterFrom(new URLSearchParams(searchFrom(filter).toString()))).toEqual(filter);
  expect(filterFrom(new URLSearchParams('state=nonsense'))).toEqual({ state: null, kind: null, text: '' });
});

it('finds by state, kind and every word', () => {
  const all = [
    run({ id: 'wf_1' }),
    run({ id: 'wf_2', state: 'failed', reason: 'Disk full' }),
    run({ id: 'wf_3', kind: 'agents' }),
  ];
  const ids = (search: string) =>
    filterRuns(all, filterFrom(new URLSearchParams(search))).map(({ id }) => id);
  expect(ids('')).toEqual(['wf_1', 'wf_2', 'wf_3']);
  expect(ids('state=failed')).toEqual(['wf_2']);
  expect(ids('kind=agents')).toEqual(['wf_3']);
  expect(ids('q=FULL+disk')).toEqual(['wf_2']);
  expect(ids('q=disk+nothing')).toEqual([]);
});
