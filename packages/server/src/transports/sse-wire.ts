/** Server-Sent Events on an HTTP response (WHATWG HTML section 9.2), through an outbox of its own. */
import type { ServerResponse } from 'node:http';
import { encodeFrame } from '@greenlight/protocol/encode';
import type { DisconnectPush, ServerFrame } from '@greenlight/protocol/frames';
import { formatVector, type Position } from '@greenlight/protocol/position';
import type { FramedPublication } from '../framed-publication.ts';
import type { FramedRun } from '../framed-run.ts';
import type { Limits } from '../limits.ts';
import { Outbox, type ByteSink } from '../outbox.ts';
import type { Wire } from '../wire.ts';

/** `events`: event frames only, for a bare EventSource. `all`: every frame that a socket would get, for the SDK. */
export type SseFrames = 'events' | 'all';

export type SseWireOptions = {
  readonly response: ServerResponse;
  readonly frames: SseFrames;
  readonly limits: Pick<Limits, 'outboxBytes' | 'catchUpBytes' | 'closeMs'>;
  readonly onOverflow: () => void;
};

/** How long a bare EventSource waits before it reconnects, ms. */
const RETRY_MS = 1_000;
const HEARTBEATS_TO_READ = 2;
const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');

export class SseWire implements Wire {
  readonly rttMs = null;
  readonly #options: SseWireOptions;
  readonly #outbox: Outbox;
  /** What `id:` says: the last position of *all* channels of this stream. */
  readonly #vector = new Map<string, Position>();
  #heldUp = 0;

  constructor(options: SseWireOptions) {
    const { response, limits, onOverflow } = options;
    this.#options = options;
    const { outboxBytes: maxBytes, catchUpBytes: lowBytes } = limits;
    this.#outbox = new Outbox(sinkOf(response), { maxBytes, lowBytes, onOverflow });
    response.on('close', () => this.#outbox.close());
    response.on('error', () => {});
  }

  /** An id at the very beginning: who reconnects before the first event resumes all the same. */
  begin(positions: ReadonlyMap<string, Position>): void {
    for (const [channel, position] of positions) this.#vector.set(channel, position);
    this.#write(`retry: ${RETRY_MS}\nid: ${formatVector(this.#vector)}\n\n`);
  }

  publication(publication: FramedPublication): void {
    if (this.#vector.size === 1) return this.#outbox.push(publication.sse);
    const { channel, epoch, offset } = publication;
    this.#vector.set(channel, { epoch, offset });
    // In one piece: an id without its event, where the stream is cut, would be taken for an event that was had.
    const id = Buffer.from(`id: ${formatVector(this.#vector)}\n`);
    this.#outbox.push(Buffer.concat([id, publication.sseData]));
  }

  run(run: FramedRun): void {
    if (this.#vector.size === 1 && this.#outbox.hasRoomFor(run.sse)) this.#outbox.push(run.sse);
    else for (const publication of run.publications) this.publication(publication);
  }

  frame(frame: ServerFrame): void {
    if (this.#options.frames === 'all') return this.data(frame);
    if (frame.type === 'heartbeat') this.#outbox.push(KEEP_ALIVE);
  }

  data(frame: ServerFrame): void {
    this.#write(`data: ${encodeFrame(frame)}\n\n`);
  }

  #write(text: string): void {
    this.#outbox.push(Buffer.from(text));
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  whenLow(): Promise<void> {
    return this.#outbox.whenLow();
  }

  /** Nobody answers on SSE: a peer that takes nothing of what waits is taken for gone. */
  checkPeer(): boolean {
    const goesOn = this.#outbox.hasMoved() || this.queuedBytes === 0;
    this.#heldUp = goesOn ? 0 : this.#heldUp + 1;
    return this.#heldUp <= HEARTBEATS_TO_READ;
  }

  end(disconnect: DisconnectPush): void {
    const { retryAfterMs } = disconnect;
    const wait = retryAfterMs === undefined ? '' : `retry: ${retryAfterMs}\n\n`;
    const last = this.#options.frames === 'all' ? `data: ${encodeFrame(disconnect)}\n\n` : wait;
    this.#outbox.finish(Buffer.from(last));
    const { response, limits } = this.#options;
    response.end();
    const deadline = setTimeout(() => response.destroy(), limits.closeMs).unref();
    response.once('close', () => clearTimeout(deadline));
  }

  destroy(): void {
    this.#outbox.close();
    this.#options.response.destroy();
  }
}

/** HTTP holds back what is written until the tick is over; the outbox has waited already. */
function sinkOf(response: ServerResponse): ByteSink {
  return {
    write(bytes, written) {
      response.write(bytes, written);
      response.socket?.uncork();
      return response.writableLength === 0;
    },
    get writableLength() {
      return response.writableLength;
    },
    get writableNeedDrain() {
      return response.writableNeedDrain;
    },
    get destroyed() {
      return response.destroyed;
    },
    on: (event, listener) => response.on(event, listener),
  };
}
