import type { Measurement } from '../measurement.ts';
import { Stand } from '../stand.ts';
import { type Spread, spreadOf } from '../statistics.ts';

const MISSED = 50;

export const resume: Measurement = {
  name: 'resume',
  title: 'Resume storm',
  about:
    'Everybody is connected and asks, at the same moment, for the same missed events of a channel. Until the last of them has the last event; meanwhile the longest time for which the event loop of the server did nothing else.',
  async run(scale) {
    const subscribers = scale === 'full' ? 5_000 : 200;
    using stand = await Stand.open({ engine: 'later', subscribers, channels: 'one' });
    const turns = scale === 'full' ? 5 : 1;
    const outcomes = [];
    for (let turn = 0; turn < turns; turn += 1)
      outcomes.push(await stand.run({ kind: 'resume', missed: MISSED }));
    const seconds = spreadOf(outcomes.map(({ ms }) => ms / 1_000));
    const blocked = spreadOf(outcomes.map(({ blockedMs }) => blockedMs ?? Number.NaN));
    const cpu = spreadOf(outcomes.map(({ serverMicros }) => serverMicros / 1_000_000));
    return {
      tables: [
        {
          title: 'Resume storm',
          columns: ['', 'median', 'lowest to highest'],
          rows: [
            row('all have everything, s', seconds),
            row('CPU of the server, s', cpu),
            row('the event loop was held up for at most, ms', blocked),
          ],
        },
      ],
      ratios: [
        { of: 'Seconds until all are caught up', value: seconds, target: { kind: 'at most', value: 2 } },
        { of: 'CPU seconds for it', value: cpu, target: { kind: 'at most', value: 2 } },
        { of: 'Milliseconds held up', value: blocked, target: { kind: 'at most', value: 100 } },
      ],
      notes: [`${subscribers.toLocaleString('en')} connections, ${MISSED} events each.`],
    };
  },
};

const row = (what: string, { median, low, high }: Spread): readonly string[] => [
  what,
  median.toFixed(2),
  `${low.toFixed(2)} to ${high.toFixed(2)}`,
];
