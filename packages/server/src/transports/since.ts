/** Where a stream without commands begins: SSE, long-poll and plain sockets say it in the request. */
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { parseVector, type Since } from '@greenlight/protocol/position';

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
