/** How a subscriber of each kind of server gets in, and how it finds the events in what arrives. */
import type { Socket } from 'node:net';

export type Heard = {
  /** What is published from now on arrives. */
  readonly ready: () => void;
  /** An event: `bytes` from `start` to `end`, valid during the call. */
  readonly event: (bytes: Buffer, start: number, end: number) => void;
  readonly failed: (why: string) => void;
};

export type Arrival = { readonly credential?: string | undefined; readonly channel: string };

/** `bytes` are valid during the call only. */
export type Reader = (bytes: Buffer) => void;

export type Dialect = {
  readonly request: (arrival: Arrival) => string;
  readonly reader: (socket: Socket, arrival: Arrival, heard: Heard) => Reader;
};

export const authorization = (credential: string | undefined): string =>
  credential === undefined ? '' : `Authorization: Bearer ${credential}\r\n`;

/** Hands on what comes after the head of the answer, which has to have this status. */
export function afterHead(status: string, heard: Heard, begin: () => void): (then: Reader) => Reader {
  return (then) => {
    let head = '';
    let done = false;
    return (bytes) => {
      if (done) return then(bytes);
      const before = head.length;
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      done = true;
      if (!head.startsWith(`HTTP/1.1 ${status}`)) return heard.failed(head.slice(0, head.indexOf('\r\n')));
      begin();
      const rest = bytes.subarray(end + 4 - before);
      if (rest.length > 0) then(rest);
    };
  };
}
