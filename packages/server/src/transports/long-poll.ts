/** One answer at a time: what came after a position, or the first thing that comes. PROTOCOL.md section W. */
import type { ServerResponse } from 'node:http';
import type { Transport } from '@greenlight/handshake/request';
import type { Identity } from '@greenlight/handshake/identity';
import type { Position, Since } from '@greenlight/protocol/position';
import type { Accepted } from '../accepted.ts';
import { readDenial } from '../access.ts';
import { newSessionId, type Connection, type ConnectionInfo } from '../connections.ts';
import type { Beating, Heads } from '../heartbeat.ts';
import type { Subscriber } from '../hub.ts';
import type { Services } from '../services.ts';
import { identified } from '../session.ts';
import { recoverFrom } from '../subscription.ts';
import type { Outcomes } from '../subscriptions.ts';
import { formatPositions, type SinceByChannel } from './since.ts';

export type PollRequest = {
  /** Headers that are set already, such as CORS, are kept. */
  readonly response: ServerResponse;
  readonly accepted: Accepted;
  readonly channels: readonly string[];
  /** Null: nothing is known yet; answers at once with the heads. */
  readonly since: SinceByChannel | null;
  /** Cut down to `limits.pollWaitSeconds`. */
  readonly waitSeconds: number;
};

/** Resolves when the answer is given or the client has left. Rejects, with nothing written, when the log fails. */
export async function servePoll(services: Services, request: PollRequest): Promise<void> {
  await new Poll(services, request).serve();
}

class Poll implements Connection, Beating, Subscriber {
  readonly session = newSessionId();
  readonly identity: Identity;
  readonly address: string;
  readonly transport: Transport;
  readonly #services: Services;
  readonly #request: PollRequest;
  readonly #openedAt: number;
  /** What the client has of each channel, and will have with this answer. */
  readonly #since: Map<string, Since>;
  readonly #outcomes: Record<string, Outcomes[string]> = {};
  readonly #events: string[] = [];
  #bytes = 0;
  #over = false;
  #ring: () => void = () => {};

  constructor(services: Services, request: PollRequest) {
    const { accepted, channels, since } = request;
    this.#services = services;
    this.#request = request;
    this.#openedAt = services.clock();
    this.identity = identified(accepted).identity;
    this.address = accepted.request.address;
    this.transport = accepted.request.transport;
    this.#since = new Map(channels.map((channel) => [channel, since?.get(channel) ?? null]));
  }

  async serve(): Promise<void> {
    const { connections, hub } = this.#services;
    const { response, channels } = this.#request;
    const leave = connections.add(this);
    response.on('close', () => this.#finish());
    hub.heartbeat.add(this);
    for (const channel of channels) hub.add(channel, this);
    const deadline = setTimeout(() => this.#finish(), this.#patienceMs());
    try {
      let news = this.#nextRing();
      await this.#collect();
      while (!this.#over && !this.#isWorthAnswering()) {
        await news;
        // A tick for company: what is published together leaves together.
        await new Promise(setImmediate);
        news = this.#nextRing();
        await this.#collect();
      }
      this.#answer();
    } finally {
      clearTimeout(deadline);
      for (const channel of channels) hub.remove(channel, this);
      hub.heartbeat.remove(this);
      leave('answered');
    }
  }

  #patienceMs(): number {
    const { limits, clock } = this.#services;
    const { expiresAt = Infinity } = this.identity;
    const wait = Math.min(this.#request.waitSeconds, limits.pollWaitSeconds) * 1_000;
    return Math.max(0, Math.min(wait, expiresAt - clock()));
  }

  #nextRing(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ring = resolve;
    if (this.#over) resolve();
    return promise;
  }

  #finish(): void {
    this.#over = true;
    this.#ring();
  }

  /** Who has no position gets one; a gap is told even when nothing follows it. */
  #isWorthAnswering(): boolean {
    if (this.#request.since === null) return true;
    const told = Object.values(this.#outcomes);
    return this.#events.length > 0 || told.some(({ outcome }) => outcome === 'reset' || outcome === 'denied');
  }

  async #collect(): Promise<void> {
    for (const [channel, since] of this.#since) await this.#collectFrom(channel, since);
  }

  async #collectFrom(channel: string, since: Since): Promise<void> {
    const { hub, runs } = this.#services;
    const denial = readDenial(this.identity, channel, (id) => runs.privateOwner(id));
    if (denial) {
      this.#outcomes[channel] = { outcome: 'denied', ...denial };
      return;
    }
    const extent = await hub.look(channel);
    const { recovered, next } = recoverFrom(since, extent);
    if (!this.#outcomes[channel] || recovered.outcome === 'reset') this.#outcomes[channel] = recovered;
    let offset = next - 1;
    if (next <= extent.head && !this.#isFull()) {
      const page = await hub.read(channel, offset);
      // If retention was quicker, the next request is told of the gap.
      const fits = page.epoch === extent.epoch && page.earliest <= next;
      for (const publication of fits ? page.publications : []) {
        if (this.#isFull()) break;
        this.#events.push(publication.text);
        this.#bytes += Buffer.byteLength(publication.text);
        offset = publication.offset;
      }
    }
    this.#since.set(channel, { epoch: extent.epoch, offset });
  }

  #isFull(): boolean {
    const { pollBytes, pollEvents } = this.#services.limits;
    return this.#bytes >= pollBytes || this.#events.length >= pollEvents;
  }

  #positions(): Map<string, Position> {
    const positions = new Map<string, Position>();
    for (const [channel, since] of this.#since)
      if (since !== null && since !== 'earliest') positions.set(channel, since);
    return positions;
  }

  #answer(): void {
    const { response, channels } = this.#request;
    if (response.destroyed) return;
    this.#services.metrics.delivered(this.transport, this.#events.length);
    const position = JSON.stringify(formatPositions(this.#positions(), channels));
    const outcomes = JSON.stringify(this.#outcomes);
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.end(`{"position":${position},"events":[${this.#events.join(',')}],"outcomes":${outcomes}}`);
  }

  // What the hub and the heartbeat ask: a doorbell is enough, for the log has everything.

  offer(): void {
    this.#ring();
  }

  channels(): Iterable<string> {
    return this.#since.keys();
  }

  beat(heads: Heads | null): void {
    const positions = this.#positions();
    for (const [channel, head] of heads ?? []) {
      const had = positions.get(channel);
      if (had && (head.epoch !== had.epoch || head.offset > had.offset)) this.#ring();
    }
  }

  // What the registry asks.

  get queuedBytes(): number {
    return this.#request.response.writableLength;
  }

  info(): ConnectionInfo {
    const { request } = this.#request.accepted;
    return {
      session: this.session,
      attempt: request.attempt,
      user: this.identity.user,
      credentialId: this.identity.credentialId,
      transport: this.transport,
      address: this.address,
      since: new Date(this.#openedAt).toISOString(),
      channels: [...this.channels()],
      queuedBytes: this.queuedBytes,
      rttMs: null,
      delivered: this.#events.length,
    };
  }

  /** It answers with what there is; the ladder tells the next request why. */
  end(): void {
    this.#finish();
  }

  destroy(): void {
    this.#request.response.destroy();
  }
}
