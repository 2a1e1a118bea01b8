import { onHead } from './http-head.ts';
import type { Link } from './link.ts';

const NOTHING = { pass: () => Buffer.alloc(0) };

/** The handshake succeeds; everything after it vanishes, each way. Other requests pass. */
export function dropAfter101(link: Link): void {
  link.down.add(
    onHead((head) => {
      if (!head.startsWith('HTTP/1.1 101 ')) return { head, body: null };
      link.up.add(NOTHING);
      return { head, body: NOTHING };
    }),
  );
}
