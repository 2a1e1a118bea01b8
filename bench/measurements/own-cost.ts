import { CPU_COLUMNS, cpuRows, inTurns, openSides, pairedRatio } from '../in-turns.ts';
import type { Measurement, Ratio } from '../measurement.ts';

export const ownCost: Measurement = {
  name: 'own-cost',
  title: "The gateway's own cost",
  about:
    'Beside Greenlight, the bare engine: `ws` to read, our frames, one stream write to each socket at the end of the tick, and nothing that makes a product of it. The difference is what permissions, positions, outboxes and metrics cost, less what writing below the stream saves.',
  async run(scale) {
    const subscribers = scale === 'full' ? 1_000 : 200;
    using sides = await openSides(['greenlight', 'bare'], { subscribers, channels: 'one' });
    const rows: (readonly string[])[] = [];
    const ratios: Ratio[] = [];
    for (const [inTick, rounds] of scale === 'full'
      ? ([
          [1, 40],
          [16, 15],
        ] as const)
      : ([[1, 100]] as const)) {
      const turns = await inTurns(sides, { kind: 'bursts', inTick, rounds }, scale === 'full' ? 5 : 1);
      const work = inTick === 1 ? 'single messages' : `bursts of ${inTick}`;
      rows.push(...cpuRows(work, turns));
      const value = pairedRatio(turns, ['greenlight', 'bare']);
      const of = `${work}: CPU of Greenlight ÷ CPU of the bare engine`;
      if (value) ratios.push({ of, value, target: { kind: 'at most', value: 1.15 } });
    }
    return { tables: [{ title: 'Own cost', columns: CPU_COLUMNS, rows }], ratios, notes: [] };
  },
};
