import { expect, it } from 'vitest';
import { createRunIds } from './run-id.ts';

it('[X2] gives ids that sort by time, within one millisecond and when the clock steps back', () => {
  const times = [1_000, 1_000, 1_000, 900, 2_000, Date.UTC(2026, 10, 22), Date.UTC(2199, 0, 1)];
  let at = 0;
  const newId = createRunIds(() => times[at++] ?? 0, Math.random);
  const ids = times.map(() => newId());
  expect(ids).toEqual(ids.toSorted());
  for (const id of ids) expect(id).toMatch(/^wf_[0-9a-z]{20}$/);
});
