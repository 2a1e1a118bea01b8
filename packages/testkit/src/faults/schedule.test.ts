import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { faultSchedule } from './schedule.ts';
import { seededRandom } from './seeded-random.ts';

const KINDS = [
  'cut',
  'reset',
  'stall',
  'half-open',
  'delay',
  'throttle',
  'corrupt',
  'buffer-sse',
  'swallow',
  'answer-502',
  'strip-upgrade',
  'drop-after-101',
] as const satisfies readonly Fault['kind'][];

const schedule = (seed: number, kinds: readonly [Fault['kind'], ...Fault['kind'][]] = KINDS) =>
  faultSchedule(seededRandom(seed), { durationMs: 2_000, faults: [1, 6], kinds });

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(schedule(seed)).toEqual(schedule(seed));
      }),
    );
    expect(schedule(1)).not.toEqual(schedule(2));
  });

  it('is in order, within its time, and ends healed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const steps = schedule(seed);
        expect(steps.map(({ atMs }) => atMs)).toEqual(
          steps.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
        );
        expect(steps.every(({ atMs }) => atMs >= 0 && atMs <= 2_000)).toBe(true);
        expect(steps.at(-1)?.act).toBe('heal');
      }),
    );
  });

  it('holds the kinds that were asked for, each of them in time', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1)
      for (const step of schedule(seed)) if (step.act !== 'heal') seen.add(step.fault.kind);
    expect([...seen].toSorted()).toEqual([...KINDS].toSorted());
    const only = schedule(7, ['reset']).filter((step) => step.act !== 'heal');
    expect(new Set(only.map(({ fault }) => fault.kind))).toEqual(new Set(['reset']));
  });
});

describe('seeded chance', () => {
  it('goes on as if nothing had been drawn from a fork', () => {
    const [a, b] = [seededRandom(3), seededRandom(3)];
    a.fork().next();
    const fork = b.fork();
    for (let n = 0; n < 10; n += 1) fork.next();
    expect(a.next()).toBe(b.next());
  });
});
