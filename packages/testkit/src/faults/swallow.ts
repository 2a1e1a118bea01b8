import { eventStreamBody } from './http-head.ts';
import type { Link } from './link.ts';

/** Takes one whole message off the front; null when it is not there yet. */
type Cutter = (bytes: Buffer) => { readonly message: Buffer; readonly rest: Buffer } | null;

/**
 * One message from the server vanishes without a trace, the first that contains the text; no byte around it changes.
 * It has to see its connection from the first byte on.
 */
export function swallow(link: Link, containing: string): void {
  let cutter: Cutter | null = null;
  let gathered = Buffer.alloc(0);
  let done = false;
  link.down.add({
    pass(bytes) {
      if (done) return bytes;
      gathered = Buffer.concat([gathered, bytes]);
      const out: Buffer[] = [];
      if (!cutter) {
        const stream = eventStreamBody(gathered);
        const upgraded = /^HTTP\/1\.1 101 .*?\r\n\r\n/s.exec(gathered.toString('latin1'))?.[0].length ?? -1;
        const head = Math.max(stream, upgraded);
        cutter = stream >= 0 ? chunk : upgraded >= 0 ? webSocketFrame : null;
        out.push(gathered.subarray(0, cutter ? head : gathered.length));
        gathered = gathered.subarray(cutter ? head : gathered.length);
      }
      for (let next = cutter?.(gathered); next && !done; next = cutter?.(gathered)) {
        gathered = Buffer.from(next.rest);
        done = next.message.includes(containing);
        out.push(done && cutter === chunk ? withoutEvent(next.message, containing) : next.message);
        if (done && cutter === webSocketFrame) out.pop();
      }
      if (done) out.push(gathered);
      return Buffer.concat(out);
    },
  });
}

/** A frame from the server: not masked (RFC 6455 section 5.2). */
const webSocketFrame: Cutter = (bytes) => {
  if (bytes.length < 2) return null;
  const short = (bytes[1] as number) & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < header) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = header + length;
  return bytes.length < end ? null : { message: bytes.subarray(0, end), rest: bytes.subarray(end) };
};

/** A chunk of a body (RFC 9112 section 7.1). */
const chunk: Cutter = (bytes) => {
  const at = bytes.indexOf('\r\n');
  const length = at < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', 0, at), 16);
  const end = at + 2 + length + 2;
  return Number.isNaN(length) || bytes.length < end
    ? null
    : { message: bytes.subarray(0, end), rest: bytes.subarray(end) };
};

/** The chunk again, without the one event that contains the text. */
function withoutEvent(whole: Buffer, containing: string): Buffer {
  const body = whole.subarray(whole.indexOf('\r\n') + 2, -2).toString();
  const events = body.split(/(?<=\n\n)/);
  const lost = events.findIndex((event) => event.includes(containing));
  const left = Buffer.from(events.filter((_, at) => at !== lost).join(''));
  if (left.length === 0) return left;
  return Buffer.concat([Buffer.from(`${left.length.toString(16)}\r\n`), left, Buffer.from('\r\n')]);
}
