/** Seed → what befalls one proxy, and when. Pure: the same seed gives the same faults at the same times. */
import type { Fault, Strike, Way } from './fault.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Times in ms from the beginning. */
export type FaultStep = { readonly atMs: number } & (
  | { readonly act: 'strike'; readonly fault: Strike }
  | { readonly act: 'greet'; readonly fault: Fault }
  | { readonly act: 'heal' }
);

export type ScheduleOptions = {
  readonly durationMs: number;
  /** Bounds of their number. */
  readonly faults: readonly [least: number, most: number];
  /** Which may come; one that is named twice comes twice as often. */
  readonly kinds: readonly [Fault['kind'], ...Fault['kind'][]];
};

const LONGEST_SHARE = 0.4;

/** In order of time. Every condition that a fault brings about is healed again within the time. */
export function faultSchedule(random: SeededRandom, options: ScheduleOptions): readonly FaultStep[] {
  const { durationMs, faults, kinds } = options;
  const steps: FaultStep[] = [];
  for (let left = random.between(...faults); left > 0; left -= 1) {
    const atMs = random.between(0, durationMs);
    const untilMs = Math.min(durationMs, atMs + random.between(1, Math.ceil(durationMs * LONGEST_SHARE)));
    const fault = draw(random, random.pick(kinds));
    steps.push(isStrike(fault) ? { atMs, act: 'strike', fault } : { atMs, act: 'greet', fault });
    // Those that are only met at the door need somebody to come in; and whoever comes back may be struck again.
    if (isStrike(fault) && random.chance(0.3)) steps.push({ atMs, act: 'greet', fault });
    else if (!isStrike(fault)) steps.push({ atMs, act: 'strike', fault: { kind: 'cut' } });
    steps.push({ atMs: untilMs, act: 'heal' });
  }
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

const AT_THE_DOOR: readonly Fault['kind'][] = [
  'answer-502',
  'strip-upgrade',
  'drop-after-101',
  'buffer-sse',
  'swallow',
];
const isStrike = (fault: Fault): fault is Strike => !AT_THE_DOOR.includes(fault.kind);

function draw(random: SeededRandom, kind: Fault['kind']): Fault {
  const way = random.pick<Way>(['up', 'down', 'down']);
  switch (kind) {
    case 'cut':
    case 'reset':
    case 'answer-502':
    case 'strip-upgrade':
    case 'drop-after-101':
      return { kind };
    case 'stall':
      return { kind, way };
    case 'half-open':
      return { kind, survivor: random.pick(['client', 'client', 'server']) };
    case 'delay':
      return { kind, ms: random.between(5, 150) };
    case 'throttle':
      return { kind, way, bytesPerSecond: random.between(2_000, 200_000) };
    case 'corrupt':
      // What goes up is a request, and a request that is other than it was meant may be a good one.
      return { kind, way: 'down', after: random.between(0, 2_000) };
    case 'buffer-sse':
      return { kind, bytes: random.between(1_000, 65_536) };
    case 'swallow':
      return { kind, containing: '"type":"event"' };
    default:
      return kind satisfies never;
  }
}
