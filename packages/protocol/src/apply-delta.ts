/** Snapshot plus delta: the one fold that server, SDK and page share, so that they cannot disagree. */
import type { Publication } from './event.ts';
import type { RunDelta, RunSnapshot, StepSnapshot } from './run.ts';

/** The snapshot after `publication`, which must be the next one of the run's channel. Other event types change nothing. */
export function applyDelta(snapshot: RunSnapshot, publication: Publication): RunSnapshot {
  const { type, data } = publication.event;
  const word = type.split('.', 1)[0];
  if ((word !== 'workflow' && word !== 'step') || typeof data !== 'object' || data === null) return snapshot;
  const { by: _by, step, ...delta } = data as RunDelta;
  return {
    ...snapshot,
    ...delta,
    transition: delta.state === undefined ? snapshot.transition : publication.offset,
    steps: step === undefined ? snapshot.steps : placeStep(snapshot.steps, step),
  };
}

function placeStep(steps: readonly StepSnapshot[], step: StepSnapshot): readonly StepSnapshot[] {
  const at = steps.findIndex(({ id }) => id === step.id);
  return at < 0 ? [...steps, step] : steps.with(at, step);
}
