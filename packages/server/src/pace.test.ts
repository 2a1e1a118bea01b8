import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('[H10] lets in so many a second, and gives each of the others a turn of its own', () => {
  const pace = new Pace(100, 0);
  const waits = Array.from({ length: 500 }, () => pace.arrive(0));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(100);
  // Whoever comes when told to is let in.
  const told = waits.filter((wait) => wait > 0);
  expect(new Set(told).size).toBe(400);
  expect(Math.max(...told)).toBe(4_000);
  expect(told.map((wait) => pace.arrive(wait)).filter((wait) => wait > 0)).toEqual([]);
});

it('[H10] tells nobody to wait for longer than half a minute', () => {
  const pace = new Pace(1, 0);
  for (let n = 0; n < 1_000; n += 1) expect(pace.arrive(0)).toBeLessThanOrEqual(30_000);
  expect(pace.arrive(60_000)).toBe(0);
});
