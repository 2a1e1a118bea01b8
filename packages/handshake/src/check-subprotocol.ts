/** Stage `subprotocol`: what `Sec-WebSocket-Protocol` offers (RFC 6455 section 4.1, point 10). */
import { BEARER_SUBPROTOCOL_PREFIX, SUBPROTOCOL } from '@greenlight/protocol/frames';
import { isToken, listMembers } from './header-list.ts';
import type { HandshakeRequest } from './request.ts';
import type { Failure } from './verdict.ts';

export const offeredSubprotocols = ({ headers }: Pick<HandshakeRequest, 'headers'>): readonly string[] =>
  listMembers(headers.get('sec-websocket-protocol'));

export const offersGreenlight = (request: Pick<HandshakeRequest, 'headers'>): boolean =>
  offeredSubprotocols(request).includes(SUBPROTOCOL);

/** Offering none is allowed. The details never repeat an entry: one of them may be the credential. */
export function checkSubprotocol(request: HandshakeRequest): Failure | null {
  const offered = offeredSubprotocols(request);
  if (!request.headers.has('sec-websocket-protocol')) return null;
  if (offered.length === 0 || !offered.every(isToken) || new Set(offered).size < offered.length)
    return {
      code: 'malformed_request',
      detail: 'Sec-WebSocket-Protocol must be a comma-separated list of different tokens.',
    };
  if (offered.includes(SUBPROTOCOL)) return null;
  const onlyCredential = offered.every((entry) => entry.startsWith(BEARER_SUBPROTOCOL_PREFIX));
  return {
    code: 'subprotocol_not_supported',
    detail: onlyCredential
      ? `Beside the entry with the credential the client must offer "${SUBPROTOCOL}".`
      : `The client offers subprotocols, and "${SUBPROTOCOL}" is not among them.`,
  };
}
