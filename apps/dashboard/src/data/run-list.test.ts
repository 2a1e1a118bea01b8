import type { Publication } from '@greenlight/protocol/event';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { expect, it } from 'vitest';
import { applyToList, mergeRuns } from './run-list.ts';

const run = (id: string): RunSnapshot => ({
  id,
  kind: 'validation',
  state: 'queued',
  transition: 1,
  owner: 'ada',
  private: false,
  title: id,
  input: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  progress: { completed: 0, unit: 'files' },
  steps: [],
  counts: {},
  autoResumed: 0,
});

const publication = (offset: number, type: string, subject: string, data: unknown): Publication => ({
  channel: 'workflows',
  epoch: 'e',
  offset,
  event: {
    id: `e${offset}`,
    type,
    subject,
    data,
    source: 't',
    specversion: '1.0',
    time: '2026-01-01T00:00:00.000Z',
  },
});

it('[D5] keeps the newest run first and follows its state', () => {
  const { runs, unknown } = applyToList(
    [run('wf_1')],
    [
      publication(7, 'workflow.created', 'wf_2', run('wf_2')),
      publication(8, 'workflow.started', 'wf_2', { state: 'running' }),
      publication(9, 'workflow.progress', 'wf_1', { progress: { completed: 3, total: 4, unit: 'files' } }),
    ],
  );
  expect(runs.map(({ id, state }) => [id, state])).toEqual([
    ['wf_2', 'running'],
    ['wf_1', 'queued'],
  ]);
  expect(runs[1]?.progress.completed).toBe(3);
  expect(unknown.size).toBe(0);
});

it('names the runs that it has to ask for, and takes an event twice without harm', () => {
  const started = publication(8, 'workflow.started', 'wf_9', { state: 'running' });
  expect([...applyToList([], [started]).unknown]).toEqual(['wf_9']);
  const created = publication(7, 'workflow.created', 'wf_2', run('wf_2'));
  expect(applyToList(applyToList([], [created]).runs, [created]).runs).toHaveLength(1);
});

it('merges pages without doubling a run', () => {
  expect(mergeRuns([run('wf_2')], [run('wf_1'), run('wf_2')]).map(({ id }) => id)).toEqual(['wf_2', 'wf_1']);
});
