/**
 * One WebSocket after its 101. `ws` reads, answers pings and does the closing handshake; everything else leaves through
 * our outbox, framed by us, on the same raw socket. Both write whole frames only, so they meet at frame boundaries.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_CODES, type CloseCode } from '@greenlight/protocol/codes';
import { encodeFrame } from '@greenlight/protocol/encode';
import type { DisconnectPush, ServerFrame } from '@greenlight/protocol/frames';
import type { Disconnect } from '../connections.ts';
import type { FramedPublication } from '../framed-publication.ts';
import type { FramedRun } from '../framed-run.ts';
import { PING_FRAME, textFrame } from '../framing.ts';
import type { Limits } from '../limits.ts';
import { Outbox } from '../outbox.ts';
import { sinkOf } from '../socket-sink.ts';
import type { Wire } from '../wire.ts';

export type SocketWireOptions = {
  readonly socket: Duplex;
  readonly websocket: WebSocket;
  /** Ends every close reason, so that it can be looked up. */
  readonly attempt: string;
  readonly limits: Pick<Limits, 'outboxBytes' | 'catchUpBytes' | 'closeMs'>;
  /** For clients without an SDK: no frames but events and `disconnect`. */
  readonly eventsOnly?: boolean;
  /** More is waiting than the outbox may hold. */
  readonly onOverflow: () => void;
  /** The peer sends what cannot be taken. */
  readonly onFault: (disconnect: Disconnect) => void;
};

/** What `ws` closes with when a message is larger, or in more pieces, than it was told to take (RFC 6455 section 7.4.1). */
const TOO_MUCH: readonly unknown[] = [1009, 1008];
const TOO_LARGE: Disconnect = {
  code: 'too_large',
  reason: 'The message is larger than this server reads; send less at once.',
};
const HEARTBEATS_TO_ANSWER = 2;

export class SocketWire implements Wire {
  readonly #websocket: WebSocket;
  readonly #options: SocketWireOptions;
  readonly #outbox: Outbox;
  readonly #closeWebSocket: WebSocket['close'];
  #unanswered = 0;
  #pingedAt = 0;
  #rttMs: number | null = null;

  constructor(options: SocketWireOptions) {
    const { socket, websocket, limits, onOverflow, onFault } = options;
    this.#options = options;
    this.#websocket = websocket;
    const alive = (): void => {
      this.#unanswered = 0;
    };
    const { outboxBytes: maxBytes, catchUpBytes: lowBytes } = limits;
    this.#outbox = new Outbox(sinkOf(socket), { maxBytes, lowBytes, onOverflow });
    websocket.on('message', alive);
    websocket.on('ping', alive);
    websocket.on('pong', () => {
      alive();
      this.#rttMs = Math.round((performance.now() - this.#pingedAt) * 10) / 10;
    });
    // `ws` closes by itself when the peer does or breaks a rule. What waits has to leave before any close frame.
    this.#closeWebSocket = websocket.close.bind(websocket);
    websocket.close = (code, reason) => {
      // A peer that closes with this code itself gets it back; what it says has a reason, if only an empty one.
      if (TOO_MUCH.includes(code) && reason === undefined) return onFault(TOO_LARGE);
      this.#outbox.finish();
      this.#closeWebSocket(code, reason);
    };
    websocket.on('close', () => this.#outbox.close());
    // A connection that breaks is closed by `ws`, and that is all there is to know about it here.
    websocket.on('error', () => {});
  }

  publication(publication: FramedPublication): void {
    this.#outbox.push(publication.webSocket);
  }

  run(run: FramedRun): void {
    if (this.#outbox.hasRoomFor(run.webSocket)) this.#outbox.push(run.webSocket);
    else for (const publication of run.publications) this.publication(publication);
  }

  frame(frame: ServerFrame): void {
    if (!this.#options.eventsOnly) this.text(encodeFrame(frame));
  }

  text(text: string): void {
    this.encoded(textFrame(text));
  }

  /** A WebSocket frame. */
  encoded(frame: Buffer): void {
    this.#outbox.push(frame);
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  get rttMs(): number | null {
    return this.#rttMs;
  }

  whenLow(): Promise<void> {
    return this.#outbox.whenLow();
  }

  checkPeer(): boolean {
    if (this.#outbox.hasMoved()) this.#unanswered = 0;
    if (this.#unanswered >= HEARTBEATS_TO_ANSWER) return false;
    this.#unanswered += 1;
    this.#pingedAt = performance.now();
    this.#outbox.push(PING_FRAME);
    return true;
  }

  end(disconnect: DisconnectPush): void {
    this.#outbox.finish(textFrame(encodeFrame(disconnect)));
    this.close(CLOSE_CODES[disconnect.code], `${disconnect.code} ${this.#options.attempt}`);
  }

  /** Writes what waits and the close frame; a peer that does not leave then is cut. */
  close(code: CloseCode, reason: string): void {
    this.#outbox.finish();
    this.#closeWebSocket(code, reason);
    const deadline = setTimeout(() => this.destroy(), this.#options.limits.closeMs).unref();
    this.#websocket.once('close', () => clearTimeout(deadline));
  }

  destroy(): void {
    this.#outbox.close();
    this.#websocket.terminate();
  }
}
