/** Which credential a request presents. Exactly one place counts, in this order. PROTOCOL.md section C. */
import { BEARER_SUBPROTOCOL_PREFIX } from '@greenlight/protocol/frames';
import { offeredSubprotocols } from './check-subprotocol.ts';
import type { PresentedCredential } from './identity.ts';
import type { HandshakeRequest } from './request.ts';

type Carrier = Pick<HandshakeRequest, 'headers' | 'query'>;

export function presentCredential(request: Carrier, cookieName: string): PresentedCredential {
  const header = bearerHeader(request);
  if (header !== null) return { kind: 'bearer', secret: header, place: 'header' };
  const entry = bearerSubprotocol(request);
  if (entry !== null) return { kind: 'bearer', secret: entry, place: 'subprotocol' };
  const session = cookieValue(request, cookieName);
  if (session !== null) return { kind: 'session', secret: session };
  const ticket = request.query.get('ticket');
  if (ticket !== null) return { kind: 'ticket', secret: ticket, place: 'query' };
  return { kind: 'none' };
}

/** Another scheme, such as the `Basic` of a proxy in front of us, is no credential of ours. */
function bearerHeader({ headers }: Carrier): string | null {
  const match = /^bearer(?: +(.*))?$/i.exec(headers.get('authorization') ?? '');
  return match ? (match[1] ?? '') : null;
}

/** An entry that does not decode counts as an empty secret, which is malformed, and not as none at all. */
function bearerSubprotocol(request: Carrier): string | null {
  const entry = offeredSubprotocols(request).find((offer) => offer.startsWith(BEARER_SUBPROTOCOL_PREFIX));
  if (entry === undefined) return null;
  const encoded = entry.slice(BEARER_SUBPROTOCOL_PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return '';
  return Buffer.from(encoded, 'base64url').toString('utf8');
}

/** `Cookie` fields that came apart were joined with a comma, which no cookie value contains (RFC 6265 section 4.1.1). */
export function cookieValue({ headers }: Pick<Carrier, 'headers'>, name: string): string | null {
  for (const pair of (headers.get('cookie') ?? '').split(/[;,]/)) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
