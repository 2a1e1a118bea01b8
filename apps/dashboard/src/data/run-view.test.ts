import type { Publication } from '@greenlight/protocol/event';
import type { SnapshotPush } from '@greenlight/protocol/frames';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { expect, it } from 'vitest';
import { NO_RUN, withHistory, withPublications, withSnapshot } from './run-view.ts';

const run: RunSnapshot = {
  id: 'wf_1',
  kind: 'validation',
  state: 'running',
  transition: 2,
  owner: 'ada',
  private: false,
  title: 'docs',
  input: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  progress: { completed: 5, total: 10, unit: 'files' },
  steps: [],
  counts: {},
  autoResumed: 0,
};
const snapshot: SnapshotPush = {
  type: 'snapshot',
  channel: 'workflow:wf_1',
  epoch: 'e',
  offset: 4,
  state: run,
};
const progress = (offset: number, completed: number): Publication => ({
  channel: 'workflow:wf_1',
  epoch: 'e',
  offset,
  event: {
    id: `${offset}`,
    type: 'workflow.progress',
    source: 't',
    specversion: '1.0',
    time: '2026-01-01T00:00:00.000Z',
    data: { progress: { completed, total: 10, unit: 'files' } },
  },
});

it('[D5] applies each delta after the snapshot once', () => {
  const view = withPublications(
    withSnapshot(NO_RUN, snapshot, 0),
    [progress(4, 99), progress(5, 6), progress(5, 6)],
    1,
  );
  expect(view.run?.progress.completed).toBe(6);
  expect(view.offset).toBe(5);
});

it('[D6] keeps the log in order without doubles when history arrives late', () => {
  const live = withPublications(withSnapshot(NO_RUN, snapshot, 0), [progress(5, 6), progress(6, 7)], 1);
  const view = withHistory(live, [progress(3, 3), progress(4, 4), progress(5, 6)]);
  expect(view.log.map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
  expect(view.run?.progress.completed).toBe(7);
});

it('starts a new log when the epoch changed', () => {
  const view = withPublications(withSnapshot(NO_RUN, snapshot, 0), [progress(5, 6)], 1);
  expect(withSnapshot(view, { ...snapshot, epoch: 'f', offset: 1 }, 2).log).toEqual([]);
});
