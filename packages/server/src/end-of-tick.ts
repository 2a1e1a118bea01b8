/**
 * Work that is put off to the end of this turn of the event loop, so that what happens in one turn is done once: first
 * what fills outboxes, then what empties them.
 */
export type EndPhase = 'fill' | 'empty';

let fill: (() => void)[] = [];
let empty: (() => void)[] = [];
let scheduled = false;

/** Runs once; whoever has more to do asks again. MUST NOT throw. */
export function atEndOfTick(phase: EndPhase, act: () => void): void {
  (phase === 'fill' ? fill : empty).push(act);
  if (scheduled) return;
  scheduled = true;
  setImmediate(end);
}

function end(): void {
  const filling = fill;
  fill = [];
  for (const act of filling) act();
  // Whatever was filled just now has asked to be emptied in this same turn.
  const emptying = empty;
  empty = [];
  scheduled = fill.length > 0;
  if (scheduled) setImmediate(end);
  for (const act of emptying) act();
}
