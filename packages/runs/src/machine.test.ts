import { RUN_STATES, type RunState } from '@greenlight/protocol/run';
import { describe, expect, it } from 'vitest';
import { EVENT_OF, next, type Trigger, TRANSITIONS } from './machine.ts';

/** PROTOCOL.md, as it is written there. */
const ARROWS: Record<RunState, readonly RunState[]> = {
  queued: ['running', 'cancelled'],
  running: ['paused', 'stalled', 'completed', 'failed', 'cancelled'],
  paused: ['running', 'cancelled'],
  stalled: ['running', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};
const LEADS_TO: Record<Trigger, RunState> = {
  begin: 'running',
  resume: 'running',
  pause: 'paused',
  cancel: 'cancelled',
  complete: 'completed',
  fail: 'failed',
  stall: 'stalled',
};

const from = (on: Trigger) => RUN_STATES.filter((state) => next(state, on) === 'running');

describe('the states of a run', () => {
  it.each(RUN_STATES)('[X1] lets %s go exactly where the arrows lead', (state) => {
    const reached = new Set(Object.values(TRANSITIONS[state]).filter((cell) => typeof cell === 'string'));
    expect([...reached].toSorted()).toEqual(ARROWS[state].toSorted());
  });

  it.each(
    RUN_STATES.flatMap((state) => (Object.keys(LEADS_TO) as Trigger[]).map((on) => [state, on] as const)),
  )('[X1] answers %s when asked to %s with its state or a sentence', (state, on) => {
    const cell = next(state, on);
    if (typeof cell === 'string') expect(cell).toBe(LEADS_TO[on]);
    else expect(cell.refused).toMatch(/^[A-Z].*\.$/);
  });

  it('[X1] begins only what is queued, and resumes only what is paused or stalled', () => {
    expect(from('begin')).toEqual(['queued']);
    expect(from('resume')).toEqual(['paused', 'stalled']);
  });

  it('[X3] announces each trigger with an event of its own', () => {
    expect(new Set(Object.values(EVENT_OF)).size).toBe(Object.keys(LEADS_TO).length);
  });
});
