/** What pages of other origins may do (Fetch standard, section 3.2): the allowed ones everything, with credentials. */
import { isAllowedOrigin } from '@greenlight/handshake/check-origin';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';

const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
  'Producer-Id',
  'Producer-Epoch',
  'Producer-Seq',
  ATTEMPT_HEADER,
].join(', ');

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

/** For the answer to `OPTIONS`; an origin that is not allowed gets no permission. */
export function preflightHeaders(
  request: HandshakeRequest,
  rule: CorsRule & { readonly methods: readonly string[] },
): Record<string, string> {
  const cors = corsHeaders(request, rule);
  if (!('Access-Control-Allow-Origin' in cors)) return cors;
  return {
    ...cors,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    'Access-Control-Allow-Headers': REQUEST_HEADERS,
    'Access-Control-Max-Age': '600',
  };
}
