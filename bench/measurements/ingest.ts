import type { Ingested, IngestOrder } from '../load/ingest.ts';
import { LoadProcess } from '../load-process.ts';
import type { Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';

const ORDERS: readonly (IngestOrder & { readonly title: string })[] = [
  { title: 'one event a request, in memory', channel: 'memory:ingest', batch: 1, requests: 2_000 },
  { title: 'one event a request, on disk', channel: 'ingest', batch: 1, requests: 2_000 },
  { title: '100 events a request, on disk', channel: 'ingest', batch: 100, requests: 200 },
];

export const ingest: Measurement = {
  name: 'ingest',
  title: 'Publishing over HTTP',
  about:
    'Requests on 64 connections that are kept, each answered when its events are where the channel promises: authenticated, checked, numbered, and for `disk` flushed.',
  async run(scale) {
    using load = await LoadProcess.start<object, IngestOrder, Ingested>('ingest.ts', {});
    const turns = scale === 'full' ? 3 : 1;
    const rows: string[][] = [];
    for (const { title, ...order } of ORDERS) {
      const few = { ...order, requests: scale === 'full' ? order.requests : order.requests / 20 };
      await load.run(few);
      const seen: Ingested[] = [];
      for (let turn = 0; turn < turns; turn += 1) seen.push(await load.run(few));
      const cpu = spreadOf(seen.map(({ serverMicros, events }) => serverMicros / events));
      const rate = spreadOf(seen.map(({ events, ms }) => (events / ms) * 1_000)).median;
      rows.push([
        title,
        cpu.median.toFixed(1),
        `${cpu.low.toFixed(1)} to ${cpu.high.toFixed(1)}`,
        Math.round(rate).toLocaleString('en'),
      ]);
    }
    return {
      tables: [
        {
          title: 'Publishing over HTTP',
          columns: ['', 'CPU of the server each event, µs', 'lowest to highest', 'events/s'],
          rows,
        },
      ],
      ratios: [],
      notes: [],
    };
  },
};
