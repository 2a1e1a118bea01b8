import { ENGINES, type EngineName } from '../engines/engines.ts';
import { inTurns, openSides, pairedRatio } from '../in-turns.ts';
import type { Measurement, Ratio } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

const NAMES: readonly EngineName[] = ['greenlight', 'ws', 'socket.io', 'c'];

export const latency: Measurement = {
  name: 'latency',
  title: 'Delivery latency at half load',
  about:
    "Messages are published at half the rate that Greenlight was seen to reach a moment before, the same rate for everybody, whether or not the last one has arrived everywhere. From the moment of publishing to the moment at which the load generator reads it, for every subscriber: so its own time to read, one socket after the other, is part of everybody's figure.",
  async run(scale) {
    const subscribers = scale === 'full' ? 1_000 : 200;
    using sides = await openSides(NAMES, { subscribers, channels: 'one' });
    const rounds = scale === 'full' ? 60 : 50;
    const reached = (await inTurns(sides, { kind: 'bursts', inTick: 1, rounds }, 1)).get('greenlight') ?? [];
    const perSecond = spreadOf(reached.map(({ ms }) => (rounds / ms) * 1_000)).median / 2;
    const messages = Math.ceil(perSecond * (scale === 'full' ? 4 : 1));
    const turns = await inTurns(sides, { kind: 'paced', perSecond, messages }, scale === 'full' ? 3 : 1);
    const rows = Array.from(turns, ([engine, outcomes]) => {
      const at = (which: 'p50' | 'p99' | 'p999'): string =>
        (spreadOf(outcomes.map(({ latency }) => latency?.[which] ?? Number.NaN)).median / 1_000).toFixed(2);
      return [ENGINES[engine].title, at('p50'), at('p99'), at('p999')];
    });
    const value = pairedRatio(turns, ['greenlight', 'c'], ({ latency }) => latency?.p99 ?? Number.NaN);
    const ratios: readonly Ratio[] = value
      ? [{ of: 'p99 of Greenlight ÷ p99 of C', value, target: { kind: 'at most', value: 3 } }]
      : [];
    return {
      tables: [{ title: 'Latency', columns: ['engine', 'p50, ms', 'p99, ms', 'p99.9, ms'], rows }],
      ratios,
      notes: [
        `${Math.round(perSecond)} messages a second to ${subscribers.toLocaleString('en')} subscribers.`,
      ],
    };
  },
};
