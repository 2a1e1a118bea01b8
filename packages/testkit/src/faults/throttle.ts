import type { Way } from './fault.ts';
import type { Link } from './link.ts';

/** A narrow line: the sender is slowed down by full buffers. */
export function throttle(link: Link, way: Way, bytesPerSecond: number): void {
  link.flow(way).throttle(bytesPerSecond);
}
