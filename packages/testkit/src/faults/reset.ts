import type { Link } from './link.ts';

/** Both sides get a RST: what was under way is lost. */
export function reset(link: Link): void {
  link.part();
  link.client.resetAndDestroy();
  link.server.resetAndDestroy();
}
