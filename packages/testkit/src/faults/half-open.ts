import type { Link } from './link.ts';

/** As when a machine between the two forgets the connection: one side goes on talking to nobody. */
export function halfOpen(link: Link, survivor: 'client' | 'server'): void {
  link.part();
  link[survivor === 'client' ? 'server' : 'client'].resetAndDestroy();
}
