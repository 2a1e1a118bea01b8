/** A WebSocket by hand: the handshake header by header, and every frame as it came. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Answer, type Json, parse } from './ask.ts';
import { connect } from './connect.ts';
import { clientFrame, type Frame, FrameReader, OPCODES } from './frame.ts';
import { Inbox, PATIENCE_MS } from './inbox.ts';
import { parseAnswer } from './send-bytes.ts';
import { within } from './within.ts';

export type Opening = {
  readonly method?: string;
  readonly httpVersion?: string;
  /** Over the usual ones; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Never answers a ping. */
  readonly silent?: true;
};

export type Close = { readonly code: number; readonly reason: string };
/** 1006: the connection ended without a close frame (RFC 6455 section 7.1.5). */
const NO_CLOSE_FRAME = 1006;
const NO_CODE = 1005;

/** 101 and a socket, or another answer and none. */
export type Opened = { readonly answer: Answer; readonly socket: WebSocketByHand | null };

export async function openWebSocket(url: URL, path: string, opening: Opening = {}): Promise<Opened> {
  const socket = connect(url);
  const { method = 'GET', httpVersion = '1.1', headers } = opening;
  const fields: Record<string, string | null> = {
    Host: url.host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  socket.write([`${method} ${path} HTTP/${httpVersion}`, ...lines, '\r\n'].join('\r\n'));
  let bytes = Buffer.alloc(0);
  const answered = new Promise<{ head: number }>((resolve) => {
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const head = bytes.indexOf('\r\n\r\n');
      if (head < 0 || !bytes.subarray(0, 12).toString().endsWith(' 101')) return;
      socket.off('data', read);
      resolve({ head: head + 4 });
    };
    socket.on('data', read);
    socket.once('close', () => resolve({ head: bytes.length }));
  });
  try {
    const { head } = await within(PATIENCE_MS, `answer to the handshake at ${path}`, answered);
    const answer = parseAnswer(bytes.subarray(0, answeredWith101(bytes) ? head : bytes.length).toString());
    if (answer.status !== 101) {
      socket.destroy();
      return { answer, socket: null };
    }
    return { answer, socket: new WebSocketByHand(socket, bytes.subarray(head), opening.silent === true) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const answeredWith101 = (bytes: Buffer): boolean => bytes.subarray(0, 12).toString().endsWith(' 101');

export class WebSocketByHand extends Inbox<Json> {
  /** Every frame so far, in order; also what came after the close frame. */
  readonly frames: Frame[] = [];
  /** When the connection is over. */
  readonly closed: Promise<Close>;
  readonly #socket: Socket;
  #nextId = 1_000;

  constructor(socket: Socket, first: Buffer, silent: boolean) {
    super();
    this.#socket = socket;
    const reader = new FrameReader();
    let close: Close = { code: NO_CLOSE_FRAME, reason: '' };
    const read = (chunk: Buffer): void => {
      for (const frame of reader.push(chunk)) {
        this.frames.push(frame);
        if (frame.opcode === OPCODES.close) {
          const code = frame.payload.length < 2 ? NO_CODE : frame.payload.readUInt16BE(0);
          close = { code, reason: frame.payload.subarray(2).toString() };
          this.write(clientFrame(OPCODES.close, frame.payload.subarray(0, 2)));
        } else if (frame.opcode === OPCODES.ping && !silent)
          this.write(clientFrame(OPCODES.pong, frame.payload));
        else if (frame.opcode === OPCODES.text) {
          const text = frame.payload.toString();
          this.push(parse(text) ?? text);
        } else if (frame.opcode === OPCODES.binary) this.push(frame.payload);
      }
    };
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.end(`the connection closed with ${close.code} "${close.reason}"`);
        resolve(close);
      });
    });
    socket.on('data', read);
    read(first);
  }

  write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** A text message: text as it is, anything else as JSON. */
  send(message: unknown): void {
    this.write(clientFrame(OPCODES.text, typeof message === 'string' ? message : JSON.stringify(message)));
  }

  /** Sends a command and gives its reply; drops what comes before it. */
  async reply(command: Readonly<Record<string, unknown>>): Promise<Json> {
    const id = (this.#nextId += 1);
    this.send({ id, ...command });
    return this.until((frame) => frame?.id === id, `reply to ${String(command['type'])}`);
  }

  async ofType(type: string, ms = PATIENCE_MS): Promise<Json> {
    return this.until((frame) => frame?.type === type, `${type} frame`, ms);
  }

  async events(count: number): Promise<Json[]> {
    const events: Json[] = [];
    while (events.length < count) events.push(await this.ofType('event'));
    return events;
  }

  ended(ms = PATIENCE_MS): Promise<Close> {
    return within(ms, 'close of the connection', this.closed);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
