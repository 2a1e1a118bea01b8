import { startGateway } from '@greenlight/testkit/start-gateway';
import type { Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

export const start: Measurement = {
  name: 'start',
  title: 'From start to listening',
  about:
    'A gateway on an empty data folder, from the start of its process to the line that says where it listens.',
  async run(scale) {
    const seen: number[] = [];
    for (let turn = 0; turn < (scale === 'full' ? 7 : 1); turn += 1) {
      const began = performance.now();
      await using gateway = await startGateway({});
      seen.push(gateway.url === '' ? Number.NaN : performance.now() - began);
    }
    const ms = spreadOf(seen);
    return {
      tables: [
        {
          title: 'Start',
          columns: ['median, ms', 'lowest to highest'],
          rows: [[ms.median.toFixed(0), `${ms.low.toFixed(0)} to ${ms.high.toFixed(0)}`]],
        },
      ],
      ratios: [{ of: 'Milliseconds to listening', value: ms, target: { kind: 'at most', value: 400 } }],
      notes: [],
    };
  },
};
