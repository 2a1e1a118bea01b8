/** Where a stream without commands begins: SSE, long-poll and plain sockets say it in the request. */
import type { HandshakeRequest } from '@greenlight/handshake/request';
import {
  formatPosition,
  formatVector,
  parsePosition,
  parseVector,
  type Position,
  type PositionVector,
  type Since,
} from '@greenlight/protocol/position';
import type { Disconnect } from '../connections.ts';
import type { Outcomes } from '../subscriptions.ts';

/** What `since` and `Last-Event-ID` ask for, by channel. */
export type SinceByChannel = ReadonlyMap<string, Since>;

export type RequestedSince =
  /** `given` is false when the request said nothing; then every channel begins at `otherwise`. */
  | { readonly ok: true; readonly given: boolean; readonly since: SinceByChannel }
  | { readonly ok: false; readonly detail: string };

/**
 * Reads `Last-Event-ID` (header, or `lastEventId` in the query), which beats `since`. Both are a position, a vector of
 * positions, or `earliest`. Channels that a vector leaves out begin now.
 */
export function requestedSince(
  request: Pick<HandshakeRequest, 'headers' | 'query'>,
  channels: readonly string[],
  otherwise: 'earliest' | null = null,
): RequestedSince {
  const text =
    request.headers.get('last-event-id') || request.query.get('lastEventId') || request.query.get('since');
  if (!text)
    return { ok: true, given: false, since: new Map(channels.map((channel) => [channel, otherwise])) };
  const vector = parseVector(text, channels);
  if (!vector)
    return {
      ok: false,
      detail:
        'The position is not one of this stream: use "epoch:offset", "earliest", or for several channels the list that the stream gave you as its id or position.',
    };
  return {
    ok: true,
    given: true,
    since: new Map(channels.map((channel) => [channel, vector.get(channel) ?? null])),
  };
}

/** Where delivery starts on each channel that was opened. */
export function positionsOf(outcomes: Outcomes): Map<string, Position> {
  const positions = new Map<string, Position>();
  for (const [channel, outcome] of Object.entries(outcomes)) {
    const position = outcome.outcome === 'denied' ? null : parsePosition(outcome.position);
    if (position) positions.set(channel, position);
  }
  return positions;
}

/** As `formatVector`, for a stream that has lost all but one of several channels: its vector still names it. */
export function formatPositions(positions: PositionVector, channels: readonly string[]): string {
  if (channels.length === 1 || positions.size !== 1) return formatVector(positions);
  return [...positions].map(([channel, position]) => `${channel}=${formatPosition(position)}`).join(',');
}

/** The first refusal among the outcomes: a stream that names its channels in the URL has all of them or ends. */
export function denialIn(outcomes: Outcomes): Disconnect | null {
  for (const outcome of Object.values(outcomes))
    if (outcome.outcome === 'denied') return { code: 'forbidden', reason: outcome.detail };
  return null;
}
