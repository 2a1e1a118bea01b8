/** Which connections are wanted, as it stands in the address. Pure. */
import type { ConnectionInfo } from '@greenlight/protocol/connection-info';

export const TRANSPORTS = ['websocket', 'sse', 'long-poll'] as const;

export type ConnectionFilter = {
  /** In the user, the address, the session or a channel. */
  readonly text: string;
  readonly transport: (typeof TRANSPORTS)[number] | null;
};

export function searchOf({ text, transport }: ConnectionFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (text !== '') search.set('q', text);
  if (transport !== null) search.set('transport', transport);
  return search;
}

/** Those that fit, newest first. */
export function filterConnections(
  connections: readonly ConnectionInfo[],
  { text, transport }: ConnectionFilter,
): readonly ConnectionInfo[] {
  const wanted = text.trim().toLowerCase();
  return connections
    .filter(
      ({ user, address, session, channels, transport: by }) =>
        (transport === null || by === transport) &&
        [user ?? '', address, session, ...channels].some((part) => part.toLowerCase().includes(wanted)),
    )
    .toSorted((one, other) => Date.parse(other.since) - Date.parse(one.since));
}
