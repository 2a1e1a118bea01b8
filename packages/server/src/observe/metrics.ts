/** What Prometheus reads at `GET /metrics`. Labels come from closed unions, so their number is bounded. */
import type { RefusedCode } from '@greenlight/protocol/codes';
import type { Transport } from '@greenlight/protocol/transport';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Durability } from '@greenlight/protocol/event';
import type { ServerInfo } from '../info.ts';

export interface Metrics {
  /** One attempt on any transport; `code` is null when it was let in. */
  handshake(transport: Transport, code: RefusedCode | null, simulated: boolean): void;
  connectionOpened(transport: Transport): void;
  connectionClosed(transport: Transport): void;
  /** Events that were appended. */
  published(durability: Durability, events: number): void;
  /** Events that were handed to connections. */
  delivered(transport: Transport, events: number): void;
  slowConsumer(transport: Transport): void;
  /** A socket that ended before a byte came in. */
  silentSocket(): void;
  /** Time from the call to the acknowledgement of one append, seconds. */
  appended(durability: Durability, seconds: number): void;
  /** Asked at each scrape: bytes waiting in all outboxes together. */
  watchOutboxes(bytes: () => number): void;
  /** Value of the `Content-Type` header of `text`. */
  readonly contentType: string;
  text(): Promise<string>;
}

export function createMetrics(info: Pick<ServerInfo, 'version' | 'build' | 'node'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const handshakes = new Counter({
    name: 'greenlight_handshakes_total',
    help: 'Attempts by outcome; code is empty for those that were let in.',
    labelNames: ['transport', 'outcome', 'code'],
    registers,
  });
  const simulations = new Counter({
    name: 'greenlight_simulated_handshakes_total',
    help: 'Those of the attempts that came with a simulated sign-in.',
    labelNames: ['transport', 'outcome'],
    registers,
  });
  const connections = new Gauge({
    name: 'greenlight_connections',
    help: 'Open connections.',
    labelNames: ['transport'],
    registers,
  });
  const publications = new Counter({
    name: 'greenlight_publications_total',
    help: 'Events appended to the log.',
    labelNames: ['durability'],
    registers,
  });
  const deliveries = new Counter({
    name: 'greenlight_delivered_total',
    help: 'Events handed to connections.',
    labelNames: ['transport'],
    registers,
  });
  const slowConsumers = new Counter({
    name: 'greenlight_slow_consumers_total',
    help: 'Connections cut because their outbox was full.',
    labelNames: ['transport'],
    registers,
  });
  const silentSockets = new Counter({
    name: 'greenlight_silent_sockets_total',
    help: 'Sockets that were opened and closed again without a byte from the client.',
    registers,
  });
  const appends = new Histogram({
    name: 'greenlight_append_seconds',
    help: 'Time until an append is acknowledged.',
    labelNames: ['durability'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  new Gauge({
    name: 'greenlight_build_info',
    help: 'Always 1; the labels say which code runs.',
    labelNames: ['version', 'build', 'node'],
    registers,
  }).set({ version: info.version, build: info.build, node: info.node }, 1);

  return {
    handshake(transport, code, simulated) {
      const outcome = code === null ? 'accepted' : 'refused';
      handshakes.inc({ transport, outcome, code: code ?? '' });
      if (simulated) simulations.inc({ transport, outcome });
    },
    connectionOpened: (transport) => connections.inc({ transport }),
    connectionClosed: (transport) => connections.dec({ transport }),
    published: (durability, events) => publications.inc({ durability }, events),
    delivered: (transport, events) => deliveries.inc({ transport }, events),
    slowConsumer: (transport) => slowConsumers.inc({ transport }),
    silentSocket: () => silentSockets.inc(),
    appended: (durability, seconds) => appends.observe({ durability }, seconds),
    watchOutboxes(bytes) {
      const waiting = new Gauge({
        name: 'greenlight_outbox_bytes',
        help: 'Bytes waiting in the outboxes of all connections.',
        registers: [],
        collect(this: Gauge) {
          this.set(bytes());
        },
      });
      registry.registerMetric(waiting);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
