import type { EngineName } from '../engines/engines.ts';
import type { Place } from '../engines/profile.ts';
import type { Arrived, ArrivalsOrder } from '../load/arrivals.ts';
import type { AudienceOptions, Order } from '../load/audience.ts';
import { LoadProcess } from '../load-process.ts';
import type { Measurement, Scale } from '../measurement.ts';
import { Stand } from '../stand.ts';

const WORTH_NAMING = 0.015;

async function watched(
  options: Omit<AudienceOptions, 'engine'> & { readonly engine: EngineName },
  order: Extract<Order, { kind: 'bursts' | 'spread' }>,
): Promise<readonly Place[]> {
  using stand = await Stand.open(options);
  await stand.run(order);
  return (await stand.run({ kind: 'profiled', order })).profile ?? [];
}

async function watchedHandshakes(handshakes: number): Promise<readonly Place[]> {
  const side = { engine: 'greenlight', presenting: 'token' } as const;
  using load = await LoadProcess.start<object, ArrivalsOrder, Arrived>('arrivals.ts', side);
  await load.run({ handshakes });
  return (await load.run({ handshakes, profiled: true })).profile ?? [];
}

/** The smallest ones together. */
function rowsOf(work: string, places: readonly Place[]): string[][] {
  const named = places.filter(({ share }) => share >= WORTH_NAMING);
  const rest = 1 - named.reduce((sum, { share }) => sum + share, 0);
  return [...named, { place: 'everything else', share: rest }].map(({ place, share }) => [
    work,
    place.includes('/') || place.endsWith('.ts') ? `\`${place}\`` : place,
    (share * 100).toFixed(1),
  ]);
}

const WORKS: Readonly<Record<string, (scale: Scale) => Promise<readonly Place[]>>> = {
  'fan-out, single messages': (scale) =>
    watched(
      { engine: 'greenlight', subscribers: scale === 'full' ? 1_000 : 100, channels: 'one' },
      { kind: 'bursts', inTick: 1, rounds: 200 },
    ),
  'fan-out, bursts of 16': (scale) =>
    watched(
      { engine: 'greenlight', subscribers: scale === 'full' ? 1_000 : 100, channels: 'one' },
      { kind: 'bursts', inTick: 16, rounds: scale === 'full' ? 200 : 50 },
    ),
  'many channels': (scale) =>
    watched(
      { engine: 'greenlight', subscribers: scale === 'full' ? 2_000 : 100, channels: 'each' },
      { kind: 'spread', rounds: 20 },
    ),
  'long-poll': (scale) =>
    watched(
      { engine: 'long-poll', subscribers: scale === 'full' ? 1_000 : 100, channels: 'one' },
      { kind: 'bursts', inTick: 1, rounds: 10 },
    ),
  'handshakes with a token': (scale) => watchedHandshakes(scale === 'full' ? 1_500 : 200),
};

export const profile: Measurement = {
  name: 'profile',
  title: 'Where the time goes',
  about:
    "V8's sampling profiler in the server, after a warm-up of the same kind: the share of each file, and of each package, in the time in which the main thread was not idle. A write to the kernel is TCP, as far as the receiving socket; C has nothing but that.",
  async run(scale) {
    const rows: string[][] = [];
    for (const [work, watch] of Object.entries(WORKS)) rows.push(...rowsOf(work, await watch(scale)));
    return {
      tables: [{ title: 'Profile', columns: ['work', 'where', 'share, %'], rows }],
      ratios: [],
      notes: [],
    };
  },
};
