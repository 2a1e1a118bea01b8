import { cheaperThan, CPU_COLUMNS, cpuRows, inTurns, openSides } from '../in-turns.ts';
import type { Measurement } from '../measurement.ts';

export const channels: Measurement = {
  name: 'channels',
  title: 'Many channels, one subscriber each',
  about:
    'Every message is published by itself to a channel of its own and reaches one subscriber, so nothing is shared: the whole way of a publication is paid for each delivery.',
  async run(scale) {
    const subscribers = scale === 'full' ? 5_000 : 200;
    using sides = await openSides(['greenlight', 'ws', 'socket.io', 'c'], { subscribers, channels: 'each' });
    const rounds = scale === 'full' ? 3 : 20;
    const turns = await inTurns(sides, { kind: 'spread', rounds }, scale === 'full' ? 3 : 1);
    const work = `${subscribers.toLocaleString('en')} channels`;
    return {
      tables: [{ title: 'Many channels', columns: CPU_COLUMNS, rows: cpuRows(work, turns) }],
      ratios: cheaperThan(turns, work, { 'socket.io': 2, c: 0.58 }),
      notes: [],
    };
  },
};
