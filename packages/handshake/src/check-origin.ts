/** Stage `origin`: may a page of this origin speak to this server? (RFC 6454; RFC 6455 section 10.2) */
import type { HandshakeRequest } from './request.ts';
import type { Failure } from './verdict.ts';

/** For a list of allowed origins: pages of this machine, on any port. */
export const LOOPBACK_ORIGINS = ['localhost', '127.0.0.1', '[::1]'].flatMap((host) => [
  `http://${host}:*`,
  `https://${host}:*`,
]);

export type OriginRule = {
  /** As browsers send them; `:*` for the port stands for any port, and for none. */
  readonly allowedOrigins: readonly string[];
  /** The credential is one that a browser attaches by itself. */
  readonly cookie: boolean;
};

/** Listed, or the server's own: scheme and Host of this very request. */
export function isAllowedOrigin(
  request: HandshakeRequest,
  origin: string,
  allowedOrigins: readonly string[],
): boolean {
  return origin === ownOrigin(request) || allowedOrigins.some((pattern) => covers(pattern, origin));
}

export function checkOrigin(
  request: HandshakeRequest,
  { allowedOrigins, cookie }: OriginRule,
): Failure | null {
  const origin = request.headers.get('origin');
  if (origin === undefined) return cookie ? checkAbsent(request) : null;
  if (isAllowedOrigin(request, origin, allowedOrigins)) return null;
  return {
    code: 'origin_not_allowed',
    detail: `Pages of ${origin === 'null' ? 'an opaque origin ("null")' : `"${origin}"`} may not connect; allowed are ${[ownOrigin(request), ...allowedOrigins].join(', ')}.`,
    operator: { origin },
  };
}

/**
 * A cookie is attached by the browser, whoever caused the request. Browsers name the origin of each WebSocket and of
 * each write; they leave it out of a plain read by a page of the same origin, and `Sec-Fetch-Site` tells that apart.
 */
function checkAbsent({ transport, method, headers }: HandshakeRequest): Failure | null {
  const read = transport !== 'websocket' && (method === 'GET' || method === 'HEAD');
  const site = headers.get('sec-fetch-site');
  if (read && (site === undefined || site === 'same-origin' || site === 'none')) return null;
  return {
    code: 'origin_not_allowed',
    detail: read
      ? 'Another site caused this request, and the session cookie counts only for pages of this server.'
      : 'The request carries the session cookie and no Origin header; with a cookie an allowed Origin is needed.',
  };
}

function ownOrigin({ secure, headers }: HandshakeRequest): string {
  const own = `${secure ? 'https' : 'http'}://${headers.get('host') ?? ''}`;
  return URL.canParse(own) ? new URL(own).origin : own;
}

function covers(pattern: string, origin: string): boolean {
  if (!pattern.endsWith(':*')) return pattern === origin;
  const withoutPort = pattern.slice(0, -':*'.length);
  return (
    origin === withoutPort ||
    (/^:\d{1,5}$/.test(origin.slice(withoutPort.length)) && origin.startsWith(withoutPort))
  );
}
