/** An HTTP/1.1 answer on a bare socket, which is closed after it. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export type RawAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** How long a peer may take to read the answer and hang up. */
const LINGER_MS = 2_000;

export function writeRawAnswer(socket: Duplex, { status, headers, body }: RawAnswer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { Connection: options = '', ...others } = headers;
  const lines = Object.entries({
    Date: new Date().toUTCString(),
    ...others,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: options === '' ? 'close' : `close, ${options}`,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  // What the peer still sends is read and dropped: closing over unread bytes resets the connection, and the answer
  // may be lost with it.
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  linger.unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(linger));
}
