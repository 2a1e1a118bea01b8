/** The headers of an answer that carries a problem. */
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { ATTEMPT_HEADER, type Problem, PROBLEM_MEDIA_TYPE } from '@greenlight/protocol/problem';
import { corsHeaders, type CorsRule } from './cors.ts';

/** `allow`: the methods of the path, for 405 (RFC 9110 section 15.5.6). */
export function problemHeaders(
  problem: Problem,
  request: HandshakeRequest,
  { allow, ...cors }: CorsRule & { readonly allow?: string },
): Record<string, string> {
  return {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Cache-Control': 'no-store',
    [ATTEMPT_HEADER]: problem.attempt,
    ...corsHeaders(request, cors),
    ...statusHeaders(problem),
    ...(problem.status === 405 && allow !== undefined && { Allow: allow }),
  };
}

function statusHeaders({ status, code, retryAfterMs = 1_000 }: Problem): Record<string, string> {
  switch (status) {
    case 401: {
      // RFC 6750 section 3.1: who presented nothing is told no error.
      const error =
        code === 'credential_missing' ? '' : `, error="invalid_token", error_description="${code}"`;
      return { 'WWW-Authenticate': `Bearer realm="Greenlight"${error}` };
    }
    case 426:
      // Upgrade goes with 426 (RFC 9110 section 15.5.22), the version with the refused version (RFC 6455 section 4.4).
      return { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    case 429:
    case 503:
      return { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
    default:
      return {};
  }
}
