/** Seed → everything that one schedule of the soak does, and when. Pure: `--seed S` gives exactly this again. */
import type { Fault } from '@greenlight/testkit/faults/fault';
import { type FaultStep, faultSchedule } from '@greenlight/testkit/faults/schedule';
import { type SeededRandom, seededRandom } from '@greenlight/testkit/faults/seeded-random';
import type { FollowerKind } from './followers/follower.ts';

/** What a channel keeps; the gateway is told by the name. `ring` keeps so little that readers may miss something. */
export type Keeping = 'disk' | 'memory' | 'ring';
export type PlannedChannel = { readonly name: string; readonly keeping: Keeping };

/** Published as a whole, under one idempotency key. */
export type Batch = {
  readonly atMs: number;
  readonly channel: string;
  readonly key: string;
  readonly ids: readonly string[];
  readonly padding: number;
};

export type PlannedPublisher = {
  readonly kind: 'rest' | 'sdk';
  readonly batches: readonly Batch[];
  readonly faults: readonly FaultStep[];
};

export type PlannedReader = {
  /** With what it begins, and goes on from its own positions after each hop. */
  readonly kind: FollowerKind;
  readonly hops: readonly { readonly atMs: number; readonly kind: FollowerKind }[];
  readonly since: 'earliest' | null;
  readonly faults: readonly FaultStep[];
};

/** `kill`: `kill -9`. `term`: SIGTERM, and whoever is connected is told to move. Then a new start. */
export type Restart = { readonly atMs: number; readonly how: 'kill' | 'term' };

export type Plan = {
  readonly seed: number;
  readonly durationMs: number;
  readonly channels: readonly PlannedChannel[];
  readonly publishers: readonly PlannedPublisher[];
  readonly readers: readonly PlannedReader[];
  /** In order of time. */
  readonly restarts: readonly Restart[];
};

/** Characters of padding: less than what the gateway takes in one request, and holds for one connection. */
const MOST_OF_A_BATCH = 400_000;
const MOST_OF_AN_EVENT = 60_000;

const EVERYWHERE = [
  'cut',
  'cut',
  'reset',
  'reset',
  'stall',
  'half-open',
  'delay',
  'throttle',
  'answer-502',
] as const satisfies readonly Fault['kind'][];
const READING = [
  ...EVERYWHERE,
  'corrupt',
  'drop-after-101',
  'buffer-sse',
] as const satisfies readonly Fault['kind'][];
/** Only heartbeats with heads show that a message is missing of a stream that goes on. */
const SDK = [...READING, 'swallow', 'swallow'] as const satisfies readonly Fault['kind'][];
/** Who is left without WebSockets has to do with something else. */
const CHOOSING = [
  ...SDK,
  'strip-upgrade',
  'strip-upgrade',
  'drop-after-101',
  'buffer-sse',
] as const satisfies readonly Fault['kind'][];

/** What may befall who follows in these ways so that it can still come back. */
function kindsFor(kinds: readonly FollowerKind[]): readonly [Fault['kind'], ...Fault['kind'][]] {
  if (kinds.every((kind) => kind === 'sdk')) return CHOOSING;
  return kinds.every((kind) => kind.startsWith('sdk')) ? SDK : READING;
}

export type PlanOptions = {
  readonly events: number;
  readonly followers: readonly [FollowerKind, ...FollowerKind[]];
};

const READERS = 4;

function some(random: SeededRandom, followers: readonly FollowerKind[]): FollowerKind[] {
  const left = [...followers];
  while (left.length > READERS) left.splice(random.between(0, left.length - 1), 1);
  return left;
}

export function planFor(seed: number, { events, followers }: PlanOptions): Plan {
  const random = seededRandom(seed);
  const durationMs = random.between(900, 2_400);
  const channels = channelsOf(seed, random.fork());
  const restarts = restartsOf(random.fork(), durationMs);
  const publishers = publishersOf(random.fork(), { seed, events, durationMs, channels });
  const last = lastOf(publishers);
  return {
    seed,
    durationMs,
    channels,
    restarts,
    publishers,
    readers: some(random.fork(), followers).map((kind) =>
      readerOf(random.fork(), { kind, followers, durationMs, last }),
    ),
  };
}

function channelsOf(seed: number, random: SeededRandom): PlannedChannel[] {
  const keepings: Keeping[] = ['disk'];
  if (random.chance(0.4)) keepings.push('disk');
  if (random.chance(0.3)) keepings.push('memory');
  if (random.chance(0.2)) keepings.push('ring');
  return keepings.map((keeping, at) => ({ keeping, name: `soak:${keeping}:${seed}.${at}` }));
}

function restartsOf(random: SeededRandom, durationMs: number): Restart[] {
  const count = random.chance(0.75) ? 0 : random.chance(0.8) ? 1 : 2;
  return Array.from({ length: count }, () => ({
    atMs: random.between(50, durationMs),
    how: random.pick<Restart['how']>(['kill', 'kill', 'term']),
  })).toSorted((a, b) => a.atMs - b.atMs);
}

type Publishing = {
  readonly seed: number;
  readonly events: number;
  readonly durationMs: number;
  readonly channels: readonly PlannedChannel[];
};

function publishersOf(
  random: SeededRandom,
  { seed, events, durationMs, channels }: Publishing,
): PlannedPublisher[] {
  const count = random.between(1, 3);
  const batches: Batch[][] = Array.from({ length: count }, () => []);
  const largest = random.pick([1, 10, 40, 200]);
  let left = events;
  for (let number = 0; left > 0; number += 1) {
    const size = Math.min(left, random.between(1, Math.max(largest, Math.ceil(events / 100))));
    left -= size;
    const key = `${seed}.${number}`;
    batches[number % count]?.push({
      atMs: random.between(0, durationMs),
      channel: random.pick(channels as [PlannedChannel, ...PlannedChannel[]]).name,
      key,
      ids: Array.from({ length: size }, (_, n) => `${key}.${n}`),
      padding: random.chance(0.05)
        ? random.between(1_000, Math.min(MOST_OF_AN_EVENT, Math.ceil(MOST_OF_A_BATCH / size)))
        : random.between(0, 200),
    });
  }
  return batches.map((mine) => ({
    kind: random.pick(['rest', 'rest', 'sdk']),
    batches: mine.toSorted((a, b) => a.atMs - b.atMs),
    faults: random.chance(0.6)
      ? faultSchedule(random.fork(), { durationMs, faults: [1, 3], kinds: EVERYWHERE })
      : [],
  }));
}

type Reading = {
  readonly kind: FollowerKind;
  readonly followers: readonly [FollowerKind, ...FollowerKind[]];
  readonly durationMs: number;
  /** Id of the event that is published last, if all goes well. */
  readonly last: string;
};

function readerOf(random: SeededRandom, { kind, followers, durationMs, last }: Reading): PlannedReader {
  const hops = Array.from({ length: random.chance(0.3) ? random.between(1, 3) : 0 }, () => ({
    atMs: random.between(0, durationMs),
    kind: random.pick(followers),
  })).toSorted((a, b) => a.atMs - b.atMs);
  const kinds = kindsFor([kind, ...hops.map((hop) => hop.kind)]);
  const isLastLost = kinds !== READING && random.chance(0.25);
  return {
    kind,
    hops,
    since: random.chance(0.7) ? 'earliest' : null,
    faults: isLastLost
      ? [{ atMs: 0, act: 'greet', fault: { kind: 'swallow', containing: `"${last}"` } }]
      : faultSchedule(random.fork(), { durationMs, faults: [1, 6], kinds }),
  };
}

function lastOf(publishers: readonly PlannedPublisher[]): string {
  const batches = publishers.flatMap((publisher) => publisher.batches).toSorted((a, b) => a.atMs - b.atMs);
  return batches.at(-1)?.ids.at(-1) ?? '';
}
