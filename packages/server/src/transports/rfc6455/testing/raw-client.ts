/** A client that writes any bytes it likes, and reads the server's frames as they come. */
import { connect, type Socket } from 'node:net';
import { Inbox } from '../../../testing/clients.ts';
import { clientFrame, type ServerFrame, takeFrame } from './frames.ts';

export type Close = { readonly code: number; readonly reason: string };

export type OpenOptions = {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Before its connection ended there was no close frame (RFC 6455 section 7.1.5). */
export const NO_CLOSE_FRAME = 1006;
const NO_CODE = 1005;

export class RawClient extends Inbox<ServerFrame> implements Disposable {
  readonly socket: Socket;
  /** Status line and headers of the answer to the handshake. */
  readonly head: Promise<string>;
  /** When the TCP connection is over: what the close frame said. */
  readonly closed: Promise<Close>;
  /** Frames behind the close frame. */
  afterClose = 0;

  constructor(port: number) {
    super();
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('error', () => this.socket.destroy());
    const head = Promise.withResolvers<string>();
    this.head = head.promise;
    let bytes: Buffer = Buffer.alloc(0);
    let isOpen = false;
    let close: Close | null = null;
    this.socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        const text = bytes.subarray(0, end).toString();
        head.resolve(text);
        bytes = bytes.subarray(end + 4);
        isOpen = text.startsWith('HTTP/1.1 101 ');
        if (!isOpen) this.socket.removeAllListeners('data').resume();
      }
      if (!isOpen) return;
      for (let taken = takeFrame(bytes); taken; taken = takeFrame(bytes)) {
        const { frame, rest } = taken;
        bytes = rest;
        if (close) this.afterClose += 1;
        else if (frame.opcode === 8)
          close = {
            code: frame.payload.length < 2 ? NO_CODE : frame.payload.readUInt16BE(0),
            reason: frame.payload.subarray(2).toString(),
          };
        else this.push(frame);
      }
    });
    this.closed = new Promise((resolve) => {
      const over = (): void => {
        const said = close ?? { code: NO_CLOSE_FRAME, reason: '' };
        head.resolve(bytes.toString());
        this.end(`closed with ${said.code}`);
        this.socket.destroy();
        resolve(said);
      };
      this.socket.once('end', over);
      this.socket.once('close', over);
    });
  }

  /** At `/ws/test`, behind its greeting, unless another path is named. */
  static async open(
    { port, credential }: { readonly port: number; readonly credential: string },
    { path = '/ws/test', headers }: OpenOptions = {},
  ): Promise<RawClient> {
    const client = new RawClient(port);
    client.write(handshake(path, { Authorization: `Bearer ${credential}`, ...headers }));
    await client.head;
    if (path === '/ws/test') await client.next();
    return client;
  }

  write(...bytes: readonly (Buffer | string)[]): void {
    this.socket.write(Buffer.concat(bytes.map((each) => Buffer.from(each))));
  }

  /** Each byte in a segment of its own. */
  async trickle(bytes: Buffer): Promise<void> {
    this.socket.setNoDelay(true);
    for (const byte of bytes)
      await new Promise<void>((resolve) => this.socket.write(Buffer.of(byte), () => resolve()));
  }

  /** The next frame that is not a ping, as text. */
  async text(): Promise<string> {
    return (await this.until(({ opcode }) => opcode !== 9)).payload.toString();
  }

  /** Shows that the connection is open and well: what was sent before has been read. */
  async isWell(): Promise<boolean> {
    this.write(clientFrame({ opcode: 9, payload: 'are you there?' }));
    const pong = await this.until(({ opcode }) => opcode === 10);
    return pong.payload.toString() === 'are you there?';
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export function handshake(path: string, headers: Readonly<Record<string, string>>): string {
  const all = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines, '\r\n'].join('\r\n');
}
