/** The states of a run and what may move it from one to another. Pure and total: each state answers each trigger. */
import type { EventType } from '@greenlight/protocol/event';
import type { ControlAction, RunState } from '@greenlight/protocol/run';

/** What can happen to a run: a person's wish (`ControlAction`), or what its executor or its lease reports. */
export type Trigger = ControlAction | 'begin' | 'complete' | 'fail' | 'stall';

/** The state it leads to, or the sentence that says why it does not and what to do instead. */
export type Cell = RunState | { readonly refused: string };

const refused = (sentence: string): Cell => ({ refused: sentence });

const NOT_RUNNING = 'Only a run that is running can end, fail or stall.';
const BEGUN = 'The run has begun already.';

const over = (state: string): Record<Trigger, Cell> => {
  const cell = refused(`The run is ${state}, and that is final; start a new one.`);
  return { begin: cell, pause: cell, resume: cell, cancel: cell, complete: cell, fail: cell, stall: cell };
};

export const TRANSITIONS = {
  queued: {
    begin: 'running',
    pause: refused('The run is still queued; pause it once it is running, or cancel it.'),
    resume: refused('The run is queued and begins by itself; there is nothing to resume.'),
    cancel: 'cancelled',
    complete: refused(NOT_RUNNING),
    fail: refused(NOT_RUNNING),
    stall: refused(NOT_RUNNING),
  },
  running: {
    begin: refused(BEGUN),
    pause: 'paused',
    resume: refused('The run is running; there is nothing to resume.'),
    cancel: 'cancelled',
    complete: 'completed',
    fail: 'failed',
    stall: 'stalled',
  },
  paused: {
    begin: refused(BEGUN),
    pause: refused('The run is paused already; resume or cancel it.'),
    resume: 'running',
    cancel: 'cancelled',
    complete: refused(NOT_RUNNING),
    fail: refused(NOT_RUNNING),
    stall: refused(NOT_RUNNING),
  },
  stalled: {
    begin: refused(BEGUN),
    pause: refused('The run is stalled, so nothing is going on that could pause; resume or cancel it.'),
    resume: 'running',
    cancel: 'cancelled',
    complete: refused(NOT_RUNNING),
    fail: 'failed',
    stall: refused('The run is stalled already; resume or cancel it.'),
  },
  completed: over('completed'),
  failed: over('failed'),
  cancelled: over('cancelled'),
} as const satisfies Record<RunState, Record<Trigger, Cell>>;

/** The event that announces each transition. */
export const EVENT_OF = {
  begin: 'workflow.started',
  pause: 'workflow.paused',
  resume: 'workflow.resumed',
  cancel: 'workflow.cancelled',
  complete: 'workflow.completed',
  fail: 'workflow.failed',
  stall: 'workflow.stalled',
} as const satisfies Record<Trigger, EventType>;

export function next(state: RunState, trigger: Trigger): Cell {
  return TRANSITIONS[state][trigger];
}
