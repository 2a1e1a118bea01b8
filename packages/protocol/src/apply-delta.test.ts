import { describe, expect, it } from 'vitest';
import { applyDelta } from './apply-delta.ts';
import type { Publication } from './event.ts';
import type { RunSnapshot } from './run.ts';

const run: RunSnapshot = {
  id: 'wf_1',
  kind: 'validation',
  state: 'queued',
  transition: 1,
  owner: 'ann',
  private: false,
  title: 'docs',
  input: {},
  createdAt: '2026-01-01T00:00:00Z',
  progress: { completed: 0, unit: 'files' },
  steps: [],
  counts: {},
  autoResumed: 0,
};
const publication = (offset: number, type: string, data: unknown): Publication => ({
  channel: 'workflow:wf_1',
  epoch: 'e',
  offset,
  event: {
    id: String(offset),
    type,
    source: '/runs',
    time: '2026-01-01T00:00:01Z',
    specversion: '1.0',
    data,
  },
});

describe('a snapshot and its deltas', () => {
  it('[X4] a transition moves the offset of the last transition, progress does not', () => {
    const started = applyDelta(run, publication(2, 'workflow.started', { state: 'running' }));
    expect(started).toMatchObject({ state: 'running', transition: 2 });
    const later = applyDelta(
      started,
      publication(3, 'workflow.progress', { progress: { completed: 5, unit: 'files' } }),
    );
    expect(later).toMatchObject({ state: 'running', transition: 2, progress: { completed: 5 } });
  });

  it('[X4] a step is added once and then replaced', () => {
    const step = { id: 'discover', title: 'Find files', state: 'running' as const, completed: 0 };
    const one = applyDelta(run, publication(2, 'step.started', { step }));
    const two = applyDelta(one, publication(3, 'step.completed', { step: { ...step, state: 'completed' } }));
    expect(two.steps).toEqual([{ ...step, state: 'completed' }]);
  });

  it('[X4] other event types change nothing', () => {
    expect(applyDelta(run, publication(2, 'validation.created', { state: 'failed' }))).toBe(run);
  });
});
