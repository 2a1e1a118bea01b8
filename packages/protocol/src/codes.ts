/** Every code that can leave a Greenlight server. Closed unions: a new code needs a table row and a docs page. */

/** The ladder. The first stage that fails decides; later ones are not reached. */
export const STAGES = [
  'request',
  'host',
  'route',
  'origin',
  'subprotocol',
  'rate',
  'credential',
  'account',
  'permission',
  'capacity',
] as const;
export type Stage = (typeof STAGES)[number];
export type StageOutcome = 'passed' | 'failed' | 'not_reached';
export type CheckedStage = { readonly stage: Stage; readonly outcome: StageOutcome };

/** A connection or request that was not let in. */
export const REFUSAL_CODES = [
  'malformed_request',
  'method_not_allowed',
  'upgrade_required',
  'bad_websocket_key',
  'unsupported_websocket_version',
  'header_too_large',
  'host_not_allowed',
  'route_not_found',
  'origin_not_allowed',
  'subprotocol_not_supported',
  'rate_limited',
  'credential_missing',
  'credential_in_url',
  'credential_malformed',
  'token_expired',
  'token_not_yet_valid',
  'token_signature_invalid',
  'token_key_unknown',
  'token_algorithm_not_allowed',
  'token_issuer_untrusted',
  'token_audience_mismatch',
  'ticket_unknown',
  'ticket_expired',
  'ticket_already_used',
  'ticket_origin_mismatch',
  'api_key_unknown',
  'api_key_revoked',
  'session_expired',
  'account_disabled',
  'password_change_required',
  'channel_forbidden',
  'channel_not_found',
  'too_many_connections',
  'draining',
  'identity_provider_unreachable',
  'internal_error',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];
/** `credential_invalid`: what somebody signs in with was wrong, and nobody is told in which way. */
export type RefusedCode = RefusalCode | 'credential_invalid';

/** Answers to one request or command that was let in and could not be done. */
export const REQUEST_ERROR_CODES = [
  'attempt_not_seen',
  'credential_invalid',
  'state_conflict',
  'not_found',
  'invalid_input',
  'too_large',
  'idempotency_key_reused',
  'unknown_frame_type',
  'not_subscribed',
  'storage_unavailable',
] as const;
export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number];

export type ProblemCode = RefusalCode | RequestErrorCode;

/** Why an open connection ended. */
export const DISCONNECT_CODES = [
  'bad_request',
  'credential_rejected',
  'forbidden',
  'not_found',
  'auth_deadline',
  'conflict',
  'too_large',
  'slow_down',
  'slow_consumer',
  'position_lost',
  'moved',
  'internal',
] as const;
export type DisconnectCode = (typeof DISCONNECT_CODES)[number];

/**
 * WebSocket close codes (RFC 6455 section 7.4.2, private range). The range says what to do:
 * 42xx reconnect now, 44xx not unchanged, 4429 and 45xx back off.
 */
export const CLOSE_CODES = {
  bad_request: 4400,
  credential_rejected: 4401,
  forbidden: 4403,
  not_found: 4404,
  auth_deadline: 4408,
  conflict: 4409,
  too_large: 4413,
  slow_down: 4429,
  slow_consumer: 4290,
  position_lost: 4205,
  moved: 4210,
  internal: 4500,
} as const satisfies Record<DisconnectCode, number>;
export type CloseCode = (typeof CLOSE_CODES)[DisconnectCode];

export type Reconnect = 'now' | 'backoff' | 'after-change';

/** What a client should do after a close. Anything outside 4000 to 4999 is the network's doing: back off and retry. */
export function reconnectAfter(closeCode: number): Reconnect {
  if (closeCode >= 4200 && closeCode < 4300) return 'now';
  if (closeCode === 4429) return 'backoff';
  if (closeCode >= 4400 && closeCode < 4500) return 'after-change';
  return 'backoff';
}
