/** Subscribers over HTTP: a stream of Server-Sent Events, and a long-poll that asks again with each answer. */
import { authorization, afterHead, type Dialect } from './reader.ts';

const EVENT = Buffer.from('"type":"event"');

/** Calls `found` for each event in what arrives, also when it is cut in two. */
function events(found: () => void): (bytes: Buffer) => void {
  let tail: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk;
    let at = bytes.indexOf(EVENT);
    let after = 0;
    for (; at >= 0; at = bytes.indexOf(EVENT, after)) {
      after = at + EVENT.length;
      found();
    }
    tail = Buffer.from(bytes.subarray(Math.max(after, bytes.length - EVENT.length + 1)));
  };
}

const NOTHING = Buffer.alloc(0);

export const sse: Dialect = {
  request: ({ credential, channel }) =>
    `GET /api/v1/sse?channels=${channel} HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization(credential)}\r\n`,
  reader: (_socket, _arrival, heard) => {
    const count = events(() => heard.event(NOTHING, 0, 0));
    let begun = false;
    // The first bytes of the body are the position from which it goes on.
    return afterHead('200', heard, () => {})((bytes) => {
      if (!begun) heard.ready();
      begun = true;
      count(bytes);
    });
  },
};

const POSITION = /"position":"([^"]+)"/;

export const longPoll: Dialect = {
  request: (arrival) => ask(arrival.credential, arrival.channel),
  reader: (socket, { credential, channel }, heard) => {
    let answer = '';
    let first = true;
    return (bytes) => {
      answer += bytes.toString('latin1');
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0 || !answer.endsWith(lastOf(answer.slice(0, head)))) return;
      if (!answer.startsWith('HTTP/1.1 200')) return heard.failed(answer.slice(0, answer.indexOf('\r\n')));
      const body = answer.slice(head + 4);
      const length = /content-length: (\d+)/i.exec(answer.slice(0, head))?.[1];
      if (length !== undefined && body.length < Number(length)) return;
      answer = '';
      for (let at = body.indexOf('"type":"event"'); at >= 0; at = body.indexOf('"type":"event"', at + 1))
        heard.event(NOTHING, 0, 0);
      socket.write(ask(credential, channel, POSITION.exec(body)?.[1]));
      if (first) heard.ready();
      first = false;
    };
  },
};

/** How a complete answer ends: with the last chunk, or with its object. */
const lastOf = (head: string): string => (/transfer-encoding: chunked/i.test(head) ? '\r\n0\r\n\r\n' : '}');

const ask = (credential: string | undefined, channel: string, since?: string): string =>
  `GET /api/v1/poll?channels=${channel}&wait=50${since === undefined ? '' : `&since=${since}`} HTTP/1.1\r\n` +
  `Host: 127.0.0.1\r\n${authorization(credential)}\r\n`;
