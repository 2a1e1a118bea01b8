import type { Way } from './fault.ts';
import type { Link } from './link.ts';

/** Nothing passes one way until it heals; then everything does. */
export function stall(link: Link, way: Way): void {
  link.flow(way).hold();
}
