import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('lets a few go at once, the others in later ticks, in the order in which they came', async () => {
  const turn = createTurns(3);
  for (const round of ['busy', 'idle before']) {
    const gone: number[] = [];
    for (let n = 0; n < 8; n += 1) void turn().then(() => gone.push(n));
    const seen: number[] = [];
    while (gone.length < 8) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(gone.length);
    }
    expect(gone, round).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const steps = seen.map((count, at) => count - (seen[at - 1] ?? 0));
    // The first look comes after the first tick, so it may see two helpings.
    expect(Math.max(...steps), round).toBeLessThanOrEqual(6);
    expect(Math.max(...steps.slice(1)), round).toBeLessThanOrEqual(3);
    for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve));
  }
});
