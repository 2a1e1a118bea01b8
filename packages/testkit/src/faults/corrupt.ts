import type { Way } from './fault.ts';
import type { Link } from './link.ts';

const TOP_BIT = 0x80;

/** Flips the top bit of one byte, the one after `after` more. */
export function corrupt(link: Link, way: Way, after: number): void {
  let left = after;
  link.flow(way).add({
    pass(bytes) {
      const at = left;
      left -= bytes.length;
      if (at < 0 || at >= bytes.length) return bytes;
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ TOP_BIT;
      return changed;
    },
  });
}
