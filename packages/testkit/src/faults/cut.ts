import type { Link } from './link.ts';

/** Both sides get a FIN: an orderly end that neither of them wanted. */
export function cut(link: Link): void {
  link.part();
  link.client.end();
  link.server.end();
}
