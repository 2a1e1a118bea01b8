/** One answer at a time: what came after a position, or the first thing that comes. PROTOCOL.md section W. */
import type { ServerResponse } from 'node:http';
import type { Identity } from '@greenlight/handshake/identity';
import { workflowChannel, workflowOf } from '@greenlight/protocol/channel';
import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { encodeFrame } from '@greenlight/protocol/encode';
import { simulatedMark } from '@greenlight/protocol/event';
import type { ServerFrame } from '@greenlight/protocol/frames';
import { formatPosition, type Position, type Since } from '@greenlight/protocol/position';
import type { Transport } from '@greenlight/protocol/transport';
import type { Accepted } from '../accepted.ts';
import { missingRun, readDenial } from '../access.ts';
import { newSessionId, type Connection, type Disconnect } from '../connections.ts';
import type { FramedPublication } from '../framed-publication.ts';
import type { FramedRun } from '../framed-run.ts';
import type { Beating, Heads } from '../heartbeat.ts';
import type { Subscriber } from '../hub.ts';
import type { Services } from '../services.ts';
import { identified, welcomeFrom } from '../session.ts';
import { recoverFrom } from '../subscription.ts';
import type { Outcomes } from '../subscriptions.ts';
import { formatPositions, type SinceByChannel } from './since.ts';
import type { SseFrames } from './sse-wire.ts';

export type PollRequest = {
  /** Headers that are set already, such as CORS, are kept. */
  readonly response: ServerResponse;
  readonly accepted: Accepted;
  readonly channels: readonly string[];
  /** Null: nothing is known yet; answers at once with the heads. */
  readonly since: SinceByChannel | null;
  /** Cut down to `limits.pollWaitSeconds`. */
  readonly waitSeconds: number;
  /** `all`: the answer is what a socket would carry, from `welcome` to a heartbeat. */
  readonly frames: SseFrames;
};

/** Resolves when the answer is given or the client has left. Rejects, with nothing written, when the log fails. */
export async function servePoll(services: Services, request: PollRequest): Promise<void> {
  await new Poll(services, request).serve();
}

type RunAt = NonNullable<Awaited<ReturnType<Services['runs']['get']>>>;

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
  /** As text: events, and among them the snapshots that they follow. */
  readonly #news: string[] = [];
  #events = 0;
  #disconnect: Disconnect | null = null;
  #bytes = 0;
  #over = false;
  /** The log is being read: what is offered meanwhile may be in it or not. */
  #isReading = false;
  /** There may be something that only the log knows. */
  #isBehind = false;
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
        if (this.#isBehind || this.#over) await this.#collect();
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
    const { frames, since } = this.#request;
    if (since === null && frames === 'events') return true;
    const told = Object.values(this.#outcomes);
    return this.#news.length > 0 || told.some(({ outcome }) => outcome === 'reset' || outcome === 'denied');
  }

  async #collect(): Promise<void> {
    this.#isReading = true;
    this.#isBehind = false;
    for (const [channel, since] of this.#since) await this.#collectFrom(channel, since);
    this.#isReading = false;
  }

  async #collectFrom(channel: string, since: Since): Promise<void> {
    const { hub, runs } = this.#services;
    const denial =
      readDenial(this.identity, channel, (id) => runs.privateOwner(id)) ??
      (this.#outcomes[channel]
        ? null
        : await missingRun(channel, async (id) => (await runs.get(id)) !== null));
    if (denial) {
      this.#outcomes[channel] = { outcome: 'denied', ...denial };
      return;
    }
    const extent = await hub.look(channel);
    const begun = recoverFrom(since, extent);
    const { recovered } = begun;
    if (!this.#outcomes[channel] || recovered.outcome === 'reset') this.#outcomes[channel] = recovered;
    const run = since === null || recovered.outcome === 'reset' ? await this.#runOf(channel) : null;
    const next = run ? this.#tellSnapshot(channel, extent.epoch, run) : begun.next;
    let offset = next - 1;
    if (next <= extent.head && !this.#isFull()) {
      const page = await hub.read(channel, offset);
      // If retention was quicker, the next request is told of the gap.
      const fits = page.epoch === extent.epoch && page.earliest <= next;
      if (fits) offset = this.#take(page.publications, offset);
    }
    this.#since.set(channel, { epoch: extent.epoch, offset });
  }

  /** As much as one answer has room for. Gives the offset of the last one that is in it, or `before`. */
  #take(publications: readonly FramedPublication[], before: number): number {
    let last = before;
    for (const { text, offset } of publications) {
      if (this.#isFull()) break;
      this.#news.push(text);
      this.#events += 1;
      this.#bytes += Buffer.byteLength(text);
      last = offset;
    }
    return last;
  }

  /** The run whose state stands for the history of its channel; null where the client could not read it. */
  async #runOf(channel: string): Promise<RunAt | null> {
    const workflow = workflowOf(channel);
    if (workflow === null || this.#request.frames === 'events' || channel !== workflowChannel(workflow))
      return null;
    return this.#services.runs.get(workflow);
  }

  #tellSnapshot(channel: string, epoch: string, { offset, run: state }: RunAt): number {
    this.#outcomes[channel] = { outcome: 'snapshot', position: formatPosition({ epoch, offset }) };
    this.#news.push(encodeFrame({ type: 'snapshot', channel, epoch, offset, state }));
    return offset + 1;
  }

  #isFull(): boolean {
    const { pollBytes, pollEvents } = this.#services.limits;
    return this.#bytes >= pollBytes || this.#events >= pollEvents;
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
    this.#services.metrics.delivered(this.transport, this.#events);
    const position = JSON.stringify(formatPositions(this.#positions(), channels));
    const body = `{"position":${position},${this.#body()}}`;
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      // With it the answer leaves in one write, and not in chunks.
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  }

  #body(): string {
    if (this.#request.frames === 'events')
      return `"events":[${this.#news.join(',')}],"outcomes":${JSON.stringify(this.#outcomes)}`;
    const { clock } = this.#services;
    const heads = Object.fromEntries(
      [...this.#positions()].map(([channel, position]) => [channel, formatPosition(position)]),
    );
    const before: ServerFrame[] = [
      welcomeFrom(this.#services, this),
      { id: 0, type: 'ok', channels: this.#outcomes },
    ];
    const after: ServerFrame[] = [{ type: 'heartbeat', at: new Date(clock()).toISOString(), heads }];
    if (this.#disconnect) after.push({ type: 'disconnect', ...this.#disconnect });
    return `"frames":[${[...before.map(encodeFrame), ...this.#news, ...after.map(encodeFrame)].join(',')}]`;
  }

  // What the hub and the heartbeat ask. What follows on what the client has is taken; else the log is asked, which has everything.

  offer({ channel, epoch, first, publications }: FramedRun): void {
    const since = this.#since.get(channel);
    const outcome = this.#outcomes[channel]?.outcome ?? 'denied';
    // Whose a run is may have changed.
    const isKnown = !this.#isReading && outcome !== 'denied' && workflowOf(channel) === null;
    if (isKnown && typeof since === 'object' && since?.epoch === epoch && since.offset + 1 === first)
      this.#since.set(channel, { epoch, offset: this.#take(publications, since.offset) });
    else this.#isBehind = true;
    this.#ring();
  }

  channels(): Iterable<string> {
    return this.#since.keys();
  }

  beat(heads: Heads | null): void {
    const positions = this.#positions();
    for (const [channel, head] of heads ?? []) {
      const had = positions.get(channel);
      if (!had || (head.epoch === had.epoch && head.offset <= had.offset)) continue;
      this.#isBehind = true;
      this.#ring();
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
      delivered: this.#events,
      ...simulatedMark(this.identity),
    };
  }

  /** It answers with what there is; who does not read every frame is told why by the ladder, at the next request. */
  end(disconnect: Disconnect): void {
    this.#disconnect = disconnect;
    this.#finish();
  }

  destroy(): void {
    this.#request.response.destroy();
  }
}
