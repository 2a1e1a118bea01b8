/** The one table of refusals, and beside it the errors of requests that were let in. Every code has a page in docs/codes. */
import type { ProblemCode, RefusalCode, RequestErrorCode } from '@greenlight/protocol/codes';

export type RefusalInfo = {
  readonly status: number;
  readonly title: string;
  /** What happened, in a sentence that is safe for anybody to read. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix: string;
  /** True if the same request, unchanged, may succeed later. */
  readonly retryable: boolean;
  /** For 429 and 503, when the failed check knows nothing better, ms. */
  readonly retryAfterMs?: number;
};

export const REFUSALS = {
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    detail: 'The request is not well-formed HTTP.',
    fix: 'Send a well-formed HTTP/1.1 request; if yours is, look at the proxies between client and server.',
    retryable: false,
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This path does not answer the method that was used.',
    fix: 'Use one of the methods in the Allow header.',
    retryable: false,
  },
  upgrade_required: {
    status: 426,
    title: 'Upgrade required',
    detail: 'This is a WebSocket address and the request did not ask to upgrade.',
    fix: 'Open it with a WebSocket client; if you did, let the proxy in front pass on "Upgrade" and "Connection: upgrade".',
    retryable: false,
  },
  bad_websocket_key: {
    status: 400,
    title: 'Bad Sec-WebSocket-Key',
    detail: 'The Sec-WebSocket-Key header is missing or is not 16 bytes in base64.',
    fix: 'Send 16 fresh random bytes in base64 as Sec-WebSocket-Key, or use a WebSocket library, which does.',
    retryable: false,
  },
  unsupported_websocket_version: {
    status: 426,
    title: 'Unsupported WebSocket version',
    detail: 'Only WebSocket version 13 (RFC 6455) is spoken here.',
    fix: 'Send "Sec-WebSocket-Version: 13".',
    retryable: false,
  },
  header_too_large: {
    status: 431,
    title: 'Headers too large',
    detail: 'The headers of the request are larger than the server reads.',
    fix: 'Send fewer or smaller headers; large cookies and tokens are the usual reason.',
    retryable: false,
  },
  host_not_allowed: {
    status: 421,
    title: 'Host not allowed',
    detail: 'The Host header does not name this server.',
    fix: 'Use the public address, or add the name to GREENLIGHT_ALLOWED_HOSTS.',
    retryable: false,
  },
  route_not_found: {
    status: 404,
    title: 'No such address',
    detail: 'Nothing is served at this path.',
    fix: 'Compare the path with the API reference at /docs; WebSockets are at /api/v1/ws and below /ws.',
    retryable: false,
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    detail: 'Pages of this origin may not use this server.',
    fix: 'Add the origin of the page to GREENLIGHT_ALLOWED_ORIGINS, exactly as the browser sends it.',
    retryable: false,
  },
  subprotocol_not_supported: {
    status: 400,
    title: 'Subprotocol not supported',
    detail: 'The client offers subprotocols, and "greenlight.v1" is not among them.',
    fix: 'Offer "greenlight.v1", or no subprotocol at all.',
    retryable: false,
  },
  rate_limited: {
    status: 429,
    title: 'Too many attempts',
    detail: 'There were too many attempts in a short time.',
    fix: 'Wait for the time in Retry-After, then try again more slowly, with a growing pause.',
    retryable: true,
    retryAfterMs: 5_000,
  },
  credential_missing: {
    status: 401,
    title: 'No credential',
    detail: 'The request carries no credential.',
    fix: 'Send "Authorization: Bearer <API key>"; from a page use the session cookie or a one-time ticket.',
    retryable: false,
  },
  credential_in_url: {
    status: 400,
    title: 'Credential in the URL',
    detail: 'A credential stands in the URL, where logs and histories keep it.',
    fix: 'Revoke that credential, and send the next one in the Authorization header or trade it for a one-time ticket.',
    retryable: false,
  },
  credential_malformed: {
    status: 401,
    title: 'Malformed credential',
    detail: 'The credential has none of the shapes that credentials have here.',
    fix: 'Check for a cut, quoted or unexpanded value; an API key looks like gl_<id>_<secret>.',
    retryable: false,
  },
  token_expired: {
    status: 401,
    title: 'Token expired',
    detail: 'The token has expired.',
    fix: 'Get a fresh token and connect again with it.',
    retryable: false,
  },
  token_not_yet_valid: {
    status: 401,
    title: 'Token not valid yet',
    detail: 'The token is not valid yet.',
    fix: 'Compare the clocks of the token issuer and of this server.',
    retryable: true,
  },
  token_signature_invalid: {
    status: 401,
    title: 'Token signature invalid',
    detail: 'The signature of the token does not match.',
    fix: 'Give issuer and server the same key: most often one of them reads another environment.',
    retryable: false,
  },
  token_key_unknown: {
    status: 401,
    title: 'Token key unknown',
    detail: 'The server has no key that could verify this token.',
    fix: 'Use an API key, a one-time ticket or a session; or use a token of an issuer that this server knows.',
    retryable: false,
  },
  token_algorithm_not_allowed: {
    status: 401,
    title: 'Token algorithm not allowed',
    detail: 'The token is signed with an algorithm that is not accepted.',
    fix: 'Sign with an algorithm that this server is configured for; "none" never is.',
    retryable: false,
  },
  token_issuer_untrusted: {
    status: 401,
    title: 'Token issuer not trusted',
    detail: 'The token was issued by somebody this server does not trust.',
    fix: 'Get the token from the configured issuer, or correct the issuer in the settings.',
    retryable: false,
  },
  token_audience_mismatch: {
    status: 401,
    title: 'Token for another audience',
    detail: 'The token was made for another service.',
    fix: 'Ask the issuer for a token whose "aud" names this service.',
    retryable: false,
  },
  ticket_unknown: {
    status: 401,
    title: 'Ticket unknown',
    detail: 'This server did not issue the ticket, or issued it long ago.',
    fix: 'Get a ticket from this very server, POST /api/v1/auth/ws-ticket, right before you connect.',
    retryable: false,
  },
  ticket_expired: {
    status: 401,
    title: 'Ticket expired',
    detail: 'The ticket was not used in time.',
    fix: 'Get a new ticket right before each connection; it counts for a short time only.',
    retryable: false,
  },
  ticket_already_used: {
    status: 401,
    title: 'Ticket already used',
    detail: 'The ticket was used before, and each counts once.',
    fix: 'Get a new ticket for each connection, reconnections included.',
    retryable: false,
  },
  ticket_origin_mismatch: {
    status: 401,
    title: 'Ticket for another origin',
    detail: 'The ticket is bound to another origin than that of this request.',
    fix: 'Use the ticket from the page that asked for it, or ask for it with the right "origin".',
    retryable: false,
  },
  api_key_unknown: {
    status: 401,
    title: 'API key unknown',
    detail: 'There is no such API key on this server.',
    fix: 'Check that the key belongs to this server and is complete; make a new one if in doubt.',
    retryable: false,
  },
  api_key_revoked: {
    status: 401,
    title: 'API key revoked',
    detail: 'The API key was revoked or has expired.',
    fix: 'Ask an administrator for a new key.',
    retryable: false,
  },
  session_expired: {
    status: 401,
    title: 'Session over',
    detail: 'The session has expired or was ended.',
    fix: 'Sign in again.',
    retryable: false,
  },
  account_disabled: {
    status: 403,
    title: 'Account disabled',
    detail: 'The account behind the credential is disabled.',
    fix: 'Ask an administrator to enable it.',
    retryable: false,
  },
  password_change_required: {
    status: 403,
    title: 'Password change required',
    detail: 'The password must be changed before anything else.',
    fix: 'Change the password, then sign in again.',
    retryable: false,
  },
  channel_forbidden: {
    status: 403,
    title: 'Not permitted',
    detail: 'The credential is good and does not permit this.',
    fix: 'Use a credential with the role or the channels that this needs.',
    retryable: false,
  },
  channel_not_found: {
    status: 404,
    title: 'No such channel',
    detail: 'There is no channel of this name.',
    fix: 'Check the name: 1 to 200 of A-Z a-z 0-9 _ . : and -.',
    retryable: false,
  },
  too_many_connections: {
    status: 429,
    title: 'Too many connections',
    detail: 'The limit of open connections is reached.',
    fix: 'Close connections that are not needed; many channels fit on one connection.',
    retryable: true,
    retryAfterMs: 5_000,
  },
  draining: {
    status: 503,
    title: 'Server is going down',
    detail: 'The server is stopping or restarting and takes no new connections.',
    fix: 'Connect again after the time in Retry-After; another process will answer.',
    retryable: true,
    retryAfterMs: 2_000,
  },
  identity_provider_unreachable: {
    status: 503,
    title: 'Identity provider unreachable',
    detail: 'The service that verifies this credential cannot be reached.',
    fix: 'Try again after the time in Retry-After; the credential itself was not judged.',
    retryable: true,
    retryAfterMs: 5_000,
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    detail: 'The server failed while it judged the request.',
    fix: 'Try again; if it stays, give the attempt id to the operator, who finds the cause in the log.',
    retryable: true,
  },
} as const satisfies Record<RefusalCode, RefusalInfo>;

export const REQUEST_ERRORS = {
  attempt_not_seen: {
    status: 404,
    title: 'Attempt not seen',
    detail: 'No attempt with this id has arrived here lately.',
    fix: 'Look in front of this server: a proxy, load balancer or firewall most likely refused it.',
    retryable: true,
  },
  credential_invalid: {
    status: 401,
    title: 'Credential not accepted',
    detail: 'The credential was not accepted.',
    fix: 'Get a fresh credential; the operator finds the exact reason under the attempt id.',
    retryable: false,
  },
  state_conflict: {
    status: 409,
    title: 'State conflict',
    detail: 'What this request was about has changed in the meantime.',
    fix: 'Read the present state, decide again, and repeat the request if it still makes sense.',
    retryable: false,
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing with this id.',
    fix: 'Check the id; it may belong to another server or have been removed.',
    retryable: false,
  },
  invalid_input: {
    status: 400,
    title: 'Invalid input',
    detail: 'The request was understood and its content does not fit.',
    fix: 'Change what the detail names; the API reference at /docs shows each shape.',
    retryable: false,
  },
  too_large: {
    status: 413,
    title: 'Too large',
    detail: 'The body or message is larger than the server takes.',
    fix: 'Send less at once.',
    retryable: false,
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    detail: 'The idempotency key was used before for a different request.',
    fix: 'Make a new key for each new request; repeat a key only with the same content.',
    retryable: false,
  },
  unknown_frame_type: {
    status: 400,
    title: 'Unknown frame type',
    detail: 'The frame has a type that the protocol does not know.',
    fix: 'Compare the type with PROTOCOL.md; client and server may be of different versions.',
    retryable: false,
  },
  not_subscribed: {
    status: 409,
    title: 'Not subscribed',
    detail: 'This connection is not subscribed to the channel.',
    fix: 'Subscribe first; after a reconnection all channels must be subscribed again.',
    retryable: false,
  },
} as const satisfies Record<RequestErrorCode, RefusalInfo>;

export const problemInfo = (code: ProblemCode): RefusalInfo => ({ ...REFUSALS, ...REQUEST_ERRORS })[code];
