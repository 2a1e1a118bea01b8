import { cpuEach, inTurns, openSides } from '../in-turns.ts';
import type { Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

export const straightLine: Measurement = {
  name: 'straight-line',
  title: 'The straight line',
  about:
    'The same fan-out with more and more subscribers: what one message costs in all must grow as the number of its readers, so the cost of one delivery must stay where it is.',
  async run(scale) {
    const points: [number, number][] = [];
    const rows: string[][] = [];
    for (const subscribers of scale === 'full' ? [500, 1_000, 2_000, 5_000, 10_000] : [100, 200]) {
      using sides = await openSides(['greenlight'], { subscribers, channels: 'one' });
      const rounds = Math.ceil((scale === 'full' ? 40_000 : 10_000) / subscribers);
      const turns = await inTurns(sides, { kind: 'bursts', inTick: 1, rounds }, scale === 'full' ? 3 : 1);
      const each = spreadOf(turns.get('greenlight')?.map(cpuEach) ?? []);
      points.push([subscribers, each.median * subscribers]);
      const spread = `${each.low.toFixed(2)} to ${each.high.toFixed(2)}`;
      rows.push([
        subscribers.toLocaleString('en'),
        each.median.toFixed(2),
        spread,
        ((each.median * subscribers) / 1_000).toFixed(2),
      ]);
    }
    const [fewest = 1, first = 1] = points[0] ?? [];
    const [most = 1, last = 1] = points.at(-1) ?? [];
    const growth = last / most / (first / fewest);
    return {
      tables: [
        {
          title: 'The straight line',
          columns: [
            'subscribers',
            'CPU of one delivery, µs',
            'lowest to highest',
            'CPU of one message to all, ms',
          ],
          rows,
        },
      ],
      ratios: [
        {
          of: `CPU of one delivery to ${most.toLocaleString('en')} ÷ to ${fewest.toLocaleString('en')}`,
          value: spreadOf([growth]),
          target: { kind: 'at most', value: 1.5 },
        },
      ],
      plots: [
        {
          title: 'CPU of one message to all subscribers',
          x: 'subscribers',
          y: 'ms',
          lines: [{ name: 'Greenlight', points: points.map(([x, y]) => [x, y / 1_000] as const) }],
        },
      ],
      notes: [],
    };
  },
};
