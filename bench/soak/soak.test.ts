/** A slice of the soak: the same schedules each time, and one that nobody has seen yet. */
import { describe, expect, it } from 'vitest';
import { FOLLOWER_KINDS } from './followers/follower.ts';
import { planFor } from './plan.ts';
import { runMany } from './run-many.ts';
import { story } from './story.ts';
import { isFailed } from './totals.ts';

const EVENTS = 300;
const FIXED = [7, 6, 5, 4, 3, 2, 1];
const plan = (seed: number) => planFor(seed, { events: EVENTS, followers: FOLLOWER_KINDS });

describe('a plan', () => {
  it('is the same for the same seed', () => {
    expect(plan(42)).toEqual(plan(42));
    expect(plan(42)).not.toEqual(plan(43));
  });

  it('publishes each event under one key', () => {
    const ids = plan(42).publishers.flatMap(({ batches }) => batches.flatMap((batch) => batch.ids));
    expect(new Set(ids).size).toBe(EVENTS);
    expect(ids).toHaveLength(EVENTS);
  });
});

describe('under faults and kill -9', () => {
  it('[P4] [K15] nothing is lost, repeated, reordered or skipped in silence, and everybody ends at the head', async () => {
    const unseen = crypto.getRandomValues(new Uint32Array(1))[0] as number;
    console.log(
      `soak: seeds ${[unseen, ...FIXED].join(', ')}; again: npm run soak -- --seed N --schedules 1 --events ${EVENTS}`,
    );
    const failures: string[] = [];
    await runMany({
      plans: [unseen, ...FIXED].map(plan).values(),
      lanes: 2,
      // On a machine that is busy with other things fewer schedules have to do.
      signal: AbortSignal.timeout(30_000),
      onResult: (result) => {
        if (isFailed(result)) failures.push(story(result, 12));
      },
    });
    expect(failures.join('\n\n')).toBe('');
  }, 180_000);
});
