import { CPU_COLUMNS, cpuRows, inTurns, openSides, pairedRatio } from '../in-turns.ts';
import type { Measurement } from '../measurement.ts';

export const otherTransports: Measurement = {
  name: 'other-transports',
  title: 'SSE and long-poll',
  about:
    'The same fan-out of single messages over Server-Sent Events and over long-poll, beside our own WebSocket. A long-poll pays for a whole request with each message.',
  async run(scale) {
    const subscribers = scale === 'full' ? 1_000 : 100;
    using sides = await openSides(['greenlight', 'sse', 'long-poll'], { subscribers, channels: 'one' });
    const rounds = scale === 'full' ? 15 : 10;
    const turns = await inTurns(sides, { kind: 'bursts', inTick: 1, rounds }, scale === 'full' ? 3 : 1);
    const work = `${subscribers.toLocaleString('en')} subscribers`;
    const targets = [
      ['sse', 0.6],
      ['long-poll', 0.25],
    ] as const;
    return {
      tables: [{ title: 'Other transports', columns: CPU_COLUMNS, rows: cpuRows(work, turns) }],
      ratios: targets.flatMap(([engine, value]) => {
        const ratio = pairedRatio(turns, ['greenlight', engine]);
        const of = `${engine}: CPU of our WebSocket ÷ its own`;
        return ratio ? [{ of, value: ratio, target: { kind: 'at least' as const, value } }] : [];
      }),
      notes: [],
    };
  },
};
