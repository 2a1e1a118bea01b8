/** What pages of other origins may do (Fetch standard, section 3.2): the allowed ones everything, with credentials. */
import { isAllowedOrigin } from '@greenlight/handshake/check-origin';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';

export type CorsRule = { readonly allowedOrigins: readonly string[] };

/** For every answer, refusals included: a page that cannot read its refusal sees only "network error". */
export function corsHeaders(request: HandshakeRequest, { allowedOrigins }: CorsRule): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === undefined || !isAllowedOrigin(request, origin, allowedOrigins)) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': `${ATTEMPT_HEADER}, Retry-After`,
  };
}
