import type { EngineName } from '../engines/engines.ts';
import { cheaperThan, CPU_COLUMNS, cpuRows, inTurns, openSides } from '../in-turns.ts';
import type { Measurement, Ratio } from '../measurement.ts';

const ENGINES: readonly EngineName[] = ['greenlight', 'ws', 'socket.io', 'c'];
const SINGLE = { ws: 1.35, 'socket.io': 1.9, c: 0.7 };
const BURST = { ws: 12, 'socket.io': 12, c: 0.7 };
/** Deliveries in one turn. */
const DELIVERIES = {
  full: { single: 30_000, burst: 64_000 },
  quick: { single: 20_000, burst: 64_000 },
};

const measure = (subscribers: number): Measurement['run'] =>
  async function run(scale) {
    const rows: (readonly string[])[] = [];
    const ratios: Ratio[] = [];
    const few = scale === 'full' ? subscribers : subscribers / 10;
    using sides = await openSides(ENGINES, { subscribers: few, channels: 'one' });
    for (const inTick of scale === 'full' ? [1, 16, 32] : [1, 16]) {
      const rounds = Math.ceil(DELIVERIES[scale][inTick === 1 ? 'single' : 'burst'] / few / inTick);
      const turns = await inTurns(sides, { kind: 'bursts', inTick, rounds }, scale === 'full' ? 3 : 1);
      const work = `${few.toLocaleString('en')} subscribers, ${inTick === 1 ? 'single messages' : `bursts of ${inTick}`}`;
      rows.push(...cpuRows(work, turns));
      ratios.push(...cheaperThan(turns, work, inTick === 1 ? SINGLE : BURST));
    }
    return { tables: [{ title: 'Fan-out', columns: CPU_COLUMNS, rows }], ratios, notes: [] };
  };

export const fanOut: Measurement = {
  name: 'fan-out',
  title: 'Fan-out to 1,000',
  about:
    'One channel, many subscribers, 128 bytes of payload. A number of messages is published in one turn of the event loop, and the next ones when every subscriber has them. Greenlight checks, numbers, keeps and counts each of them; the others only send.',
  run: measure(1_000),
};

export const fanOutFar: Measurement = {
  name: 'fan-out-5000',
  title: 'Fan-out to 5,000',
  about: 'The same with five times as many.',
  run: measure(5_000),
};
