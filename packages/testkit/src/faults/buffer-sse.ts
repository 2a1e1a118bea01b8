import { eventStreamBody } from './http-head.ts';
import type { Link } from './link.ts';

/** Ends a body in chunks (RFC 9112 section 7.1). */
const LAST_CHUNK = '0\r\n\r\n';

/** Holds an event stream back until `bytes` of it have gathered, or it ends. Its head and other answers pass. */
export function bufferSse(link: Link, bytes: number): void {
  let kept = Buffer.alloc(0);
  let isStream = false;

  function keep(more: Buffer): Buffer {
    kept = Buffer.concat([kept, more]);
    const isLast = kept.subarray(-LAST_CHUNK.length).equals(Buffer.from(LAST_CHUNK));
    if (isLast) isStream = false;
    return isLast || kept.length >= bytes ? rest() : Buffer.alloc(0);
  }

  function rest(): Buffer {
    const all = kept;
    kept = Buffer.alloc(0);
    return all;
  }

  link.down.add({
    pass(arrived) {
      if (isStream) return keep(arrived);
      const at = eventStreamBody(arrived);
      if (at < 0) return arrived;
      isStream = true;
      return Buffer.concat([arrived.subarray(0, at), keep(arrived.subarray(at))]);
    },
    rest,
  });
}
