import type { Arrived, ArrivalsOptions, ArrivalsOrder } from '../load/arrivals.ts';
import { LoadProcess } from '../load-process.ts';
import type { Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

const SIDES: readonly (ArrivalsOptions & { readonly title: string; readonly target?: number })[] = [
  { engine: 'ws', presenting: 'nothing', title: '`ws`, nobody is asked' },
  { engine: 'greenlight', presenting: 'ticket', title: 'Greenlight, with a ticket', target: 0.8 },
  { engine: 'greenlight', presenting: 'token', title: 'Greenlight, with a token (EdDSA)', target: 0.5 },
];

const cpu = ({ serverMicros, handshakes }: Arrived): number => serverMicros / handshakes;

export const handshakes: Measurement = {
  name: 'handshakes',
  title: 'Handshakes',
  about:
    'Connect, upgrade, leave. Greenlight climbs its ladder, looks the credential up or verifies its signature, keeps the attempt for operators, tells `$SYS:handshakes` and `$SYS:connections`, and opens a session; `ws` lets in whoever comes. Tickets are made beforehand; one token comes again and again, as that of a page does, so after the first time its signature is remembered.',
  async run(scale) {
    const [count, turns] = scale === 'full' ? [800, 3] : [200, 1];
    const seen = new Map<string, Arrived[]>();
    using processes = new DisposableStack();
    const sides = [];
    for (const side of SIDES)
      sides.push({
        ...side,
        load: processes.use(await LoadProcess.start<object, ArrivalsOrder, Arrived>('arrivals.ts', side)),
      });
    for (let turn = -1; turn < turns; turn += 1)
      for (const { title, load } of sides) {
        const arrived = await load.run({ handshakes: count });
        if (turn >= 0) seen.set(title, [...(seen.get(title) ?? []), arrived]);
      }
    const [plain, ...ours] = SIDES.map((side) => ({ ...side, arrived: seen.get(side.title) ?? [] }));
    return {
      tables: [
        {
          title: 'Handshakes',
          columns: ['', 'CPU of the server each, µs', 'lowest to highest', 'seen, /s'],
          rows: [...seen].map(([title, arrived]) => {
            const each = spreadOf(arrived.map(cpu));
            const rate = spreadOf(arrived.map(({ handshakes, ms }) => (handshakes / ms) * 1_000)).median;
            return [
              title,
              each.median.toFixed(0),
              `${each.low.toFixed(0)} to ${each.high.toFixed(0)}`,
              Math.round(rate).toLocaleString('en'),
            ];
          }),
        },
      ],
      ratios: ours.map(({ title, arrived, target = 0 }) => ({
        of: `${title}: handshakes for each second of CPU, ÷ those of \`ws\``,
        value: spreadOf(arrived.map((one, turn) => cpu(plain?.arrived[turn] as Arrived) / cpu(one))),
        target: { kind: 'at least', value: target },
      })),
      notes: [],
    };
  },
};
