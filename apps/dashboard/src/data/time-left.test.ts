import { expect, it } from 'vitest';
import { addSample, pace, timeLeft, type Sample } from './time-left.ts';

const take = (...all: readonly Sample[]) => all.reduce<readonly Sample[]>(addSample, []);

it('says nothing before it has watched long enough', () => {
  expect(pace(take({ at: 0, completed: 0 }, { at: 900, completed: 90 }))).toBeNull();
});

it('divides what is left by the pace', () => {
  const samples = take({ at: 0, completed: 0 }, { at: 2000, completed: 100 });
  expect(pace(samples)).toBe(50);
  expect(timeLeft(samples, 600)).toBe(10_000);
  expect(timeLeft(samples, undefined)).toBeNull();
  expect(timeLeft(samples, 100)).toBeNull();
});

it('forgets an old pace, and starts again when the count goes back', () => {
  expect(take({ at: 0, completed: 1 }, { at: 30_000, completed: 2 })).toHaveLength(1);
  expect(take({ at: 0, completed: 9 }, { at: 10, completed: 3 })).toEqual([{ at: 10, completed: 3 }]);
});
