/** Subscribers over WebSocket: frames by hand (RFC 6455 section 5.2), with as little work for each as can be. */
import type { Socket } from 'node:net';
import { afterHead, authorization, type Arrival, type Dialect, type Heard, type Reader } from './reader.ts';

/** The key of RFC 6455 section 1.3: the program in C knows the answer to no other. */
const upgrade = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

/** Masked with zeros. */
export function clientFrame(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);
}

type Frame = (bytes: Buffer, start: number, end: number) => void;

/** Calls `frame` with the payload of each frame of up to 64 KiB. */
function frames(frame: Frame): Reader {
  let rest: Buffer | null = null;
  return (chunk) => {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 4) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const start = at + (short < 126 ? 2 : 4);
      const end = start + (short < 126 ? short : bytes.readUInt16BE(at + 2));
      if (end > bytes.length) break;
      frame(bytes, start, end);
      at = end;
    }
    // What is left belongs to a buffer that is used again.
    rest = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  };
}

function dialect(
  request: (arrival: Arrival) => string,
  converse: (socket: Socket, arrival: Arrival, heard: Heard) => { begin: () => void; frame: Frame },
): Dialect {
  return {
    request,
    reader: (socket, arrival, heard) => {
      const { begin, frame } = converse(socket, arrival, heard);
      return afterHead('101', heard, begin)(frames(frame));
    },
  };
}

/** Everybody gets everything from the 101 on. */
export const plainWebSocket = dialect(
  () => upgrade('/'),
  (_socket, _arrival, { ready, event }) => ({ begin: ready, frame: event }),
);

/** Where the frame's type begins in `{"type":"…`. */
const TYPE = 9;
const [EVENT, HEARTBEAT] = [...Buffer.from('eh')];

/** The full protocol: subscribe, and be live from the first heartbeat on. */
export const greenlightWebSocket = dialect(
  ({ credential }) => upgrade('/ws', authorization(credential)),
  (socket, { channel }, { ready, event }) => ({
    begin: () =>
      socket.write(clientFrame(`{"id":1,"type":"subscribe","channels":{${JSON.stringify(channel)}:null}}`)),
    frame: (bytes, start, end) => {
      const kind = bytes[start + TYPE];
      if (kind === EVENT) event(bytes, start, end);
      else if (kind === HEARTBEAT) ready();
    },
  }),
);

/** Connected, and subscribed to nothing until it is told what it missed. */
export const greenlightLater = dialect(
  ({ credential }) => upgrade('/ws', authorization(credential)),
  (_socket, _arrival, { ready, event }) => ({
    begin: ready,
    frame: (bytes, start, end) => {
      if (bytes[start + TYPE] === EVENT) event(bytes, start, end);
    },
  }),
);

export const subscribeFromStart = (channel: string): Buffer =>
  clientFrame(`{"id":1,"type":"subscribe","channels":{${JSON.stringify(channel)}:"earliest"}}`);

/** Engine.IO 4: `0` opens, `40` joins the namespace, `42` is an event; rooms are chosen by the server. */
export const socketIo = dialect(
  ({ channel }) => upgrade(`/socket.io/?EIO=4&transport=websocket&channel=${encodeURIComponent(channel)}`),
  (socket, _arrival, { ready, event }) => ({
    begin: () => {},
    frame: (bytes, start, end) => {
      const packet = bytes.toString('latin1', start, Math.min(start + 2, end));
      if (packet === '42') event(bytes, start, end);
      else if (packet === '40') ready();
      else if (packet.startsWith('0')) socket.write(clientFrame('40'));
      else if (packet === '2') socket.write(clientFrame('3'));
    },
  }),
);
