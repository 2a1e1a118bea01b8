import { expect, it } from 'vitest';
import { Budget } from './budget.ts';

it("[F6] gives a full second's worth at once, then refills steadily, and never saves up more", () => {
  const budget = new Budget(10, 0);
  const spend = (now: number): number => {
    let spent = 0;
    while (budget.spend(now)) spent += 1;
    return spent;
  };
  expect(spend(0)).toBe(10);
  expect(spend(50)).toBe(0);
  expect(spend(300)).toBe(3);
  expect(spend(60_000)).toBe(10);
  // A clock that was set back takes nothing away and gives nothing.
  expect(spend(1_000)).toBe(0);
});
