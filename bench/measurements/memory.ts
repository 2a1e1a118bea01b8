import { ENGINES, type EngineName } from '../engines/engines.ts';
import type { Measurement } from '../measurement.ts';
import { Stand } from '../stand.ts';
import { spreadOf } from '../statistics.ts';

const SETTLE_MS = 3_000;

export const memory: Measurement = {
  name: 'memory',
  title: 'Memory of an idle connection',
  about:
    'Resident memory of the server with nobody connected, and with everybody connected, authenticated, subscribed and silent; the difference for each of them. Nothing is collected by force: what the runtime has not given back counts.',
  async run(scale) {
    const subscribers = scale === 'full' ? 10_000 : 500;
    const each = new Map<EngineName, number>();
    for (const engine of ['greenlight', 'ws', 'socket.io'] as const) {
      using stand = await Stand.open({ engine, subscribers, channels: 'one' });
      const { serverBytes } = await stand.run({ kind: 'idle', ms: scale === 'full' ? SETTLE_MS : 200 });
      each.set(engine, (serverBytes - stand.emptyBytes) / subscribers);
    }
    const ours = each.get('greenlight') ?? Number.NaN;
    const rows = [...each].map(([engine, bytes]) => [ENGINES[engine].title, (bytes / 1_000).toFixed(1)]);
    return {
      tables: [{ title: 'Memory', columns: ['engine', 'kB a connection'], rows }],
      ratios: [
        {
          of: 'Greenlight, kB a connection',
          value: spreadOf([ours / 1_000]),
          target: { kind: 'at most', value: 16 },
        },
        {
          of: 'Greenlight ÷ `ws`',
          value: spreadOf([ours / (each.get('ws') ?? Number.NaN)]),
          target: { kind: 'at most', value: 1.3 },
        },
      ],
      notes: [`${subscribers.toLocaleString('en')} connections.`],
    };
  },
};
