import type { Link } from './link.ts';

/** What comes from now on leaves so much later, each way, in order. */
export function delay(link: Link, ms: number): void {
  link.up.delay(ms);
  link.down.delay(ms);
}
