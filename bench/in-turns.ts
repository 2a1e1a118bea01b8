/** Engines side by side: all of them connected, and each order run by one after the other, A B C A B C. */
import { ENGINES, type EngineName } from './engines/engines.ts';
import type { AudienceOptions, Order, Outcome } from './load/audience.ts';
import { hasCompiler } from './machine/compiler.ts';
import type { Ratio, Table } from './measurement.ts';
import { Stand } from './stand.ts';
import { type Spread, spreadOf } from './statistics.ts';

export type Turns = ReadonlyMap<EngineName, readonly Outcome[]>;

export type Sides = DisposableStack & { readonly stands: readonly Stand[] };

/** Without a compiler there is no C. */
export const present = (engines: readonly EngineName[]): readonly EngineName[] =>
  engines.filter((engine) => engine !== 'c' || hasCompiler);

export async function openSides(
  engines: readonly EngineName[],
  options: Omit<AudienceOptions, 'engine'>,
): Promise<Sides> {
  const sides = new DisposableStack();
  const stands: Stand[] = [];
  for (const engine of present(engines)) stands.push(sides.use(await Stand.open({ ...options, engine })));
  return Object.assign(sides, { stands });
}

/** Turns that are not counted, before the others: code that has run little is slow, and we have more of it. */
const WARM_UP_TURNS = 4;

export async function inTurns({ stands }: Sides, order: Order, turns: number): Promise<Turns> {
  const outcomes = new Map<EngineName, Outcome[]>(stands.map(({ options }) => [options.engine, []]));
  for (let turn = -WARM_UP_TURNS; turn < turns; turn += 1)
    for (const stand of stands) {
      const outcome = await stand.run(order);
      if (turn >= 0) outcomes.get(stand.options.engine)?.push(outcome);
    }
  return outcomes;
}

export const cpuEach = ({ serverMicros, events }: Outcome): number => serverMicros / events;

/** Of what `figure` gives, `above` over `below`, turn by turn; undefined where one of them is not there. */
export function pairedRatio(
  turns: Turns,
  [above, below]: readonly [EngineName, EngineName],
  figure: (outcome: Outcome) => number = cpuEach,
): Spread | undefined {
  const [a, b] = [turns.get(above), turns.get(below)];
  if (!a || !b) return undefined;
  return spreadOf(a.map((outcome, turn) => figure(outcome) / figure(b[turn] as Outcome)));
}

/** How many times cheaper Greenlight is than each of these. */
export function cheaperThan(
  turns: Turns,
  work: string,
  targets: Partial<Record<EngineName, number>>,
): readonly Ratio[] {
  return Object.entries(targets).flatMap(([name, target]) => {
    const engine = name as EngineName;
    const value = pairedRatio(turns, [engine, 'greenlight']);
    const of = `${work}: CPU of ${ENGINES[engine].title} ÷ CPU of Greenlight`;
    return value ? [{ of, value, target: { kind: 'at least' as const, value: target } }] : [];
  });
}

export const CPU_COLUMNS = [
  'work',
  'engine',
  'CPU of the server, µs a message',
  'lowest to highest',
  'messages/s',
  'bottleneck',
];

/** A server that had its core for itself nearly all the time was the bottleneck; otherwise the readers or the machine were. */
const BUSY = 0.9;

export function cpuRows(work: string, turns: Turns): Table['rows'] {
  return Array.from(turns, ([engine, outcomes]) => {
    const each = spreadOf(outcomes.map(cpuEach));
    const rate = spreadOf(outcomes.map(({ events, ms }) => (events / ms) * 1_000));
    const busy = spreadOf(outcomes.map(({ serverMicros, ms }) => serverMicros / 1_000 / ms)).median;
    return [
      work,
      ENGINES[engine].title,
      each.median.toFixed(2),
      `${each.low.toFixed(2)} to ${each.high.toFixed(2)}`,
      Math.round(rate.median).toLocaleString('en'),
      busy > BUSY ? 'the server' : `the load or the machine (server ${Math.round(busy * 100)} % busy)`,
    ];
  });
}
