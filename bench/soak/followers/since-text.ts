/** The positions of a stream as the `since` of a request; empty while there are none. */
import { formatVector, type Position, type Since } from '@greenlight/protocol/position';

export function sinceText(since: ReadonlyMap<string, Since>): string {
  const positions = new Map<string, Position>();
  for (const [channel, where] of since) {
    if (where === 'earliest') return 'earliest';
    if (where !== null) positions.set(channel, where);
  }
  return positions.size === 0 ? '' : formatVector(positions);
}
