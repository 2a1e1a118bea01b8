/** What the light may say, and nothing else. Green is the SDK's `live` and no weaker; PROTOCOL.md, D1 to D4. */
import type { Refusal } from '@greenlight/client/refusal';
import type { Status } from '@greenlight/client/status';
import type { TransportName } from '@greenlight/client/transport';

export type Light =
  | { readonly kind: 'live'; readonly transport: TransportName }
  | { readonly kind: 'connecting' }
  /** `retryAt`: milliseconds since 1970 of the next attempt; null while one is under way. */
  | { readonly kind: 'reconnecting'; readonly retryAt: number | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'offline' };

export type LightKind = Light['kind'];

export type LightSource = Pick<
  Status,
  'state' | 'live' | 'transport' | 'retryAt' | 'refusal' | 'lastHeartbeatAt'
>;

export function lightFrom({ state, live, transport, retryAt, refusal, lastHeartbeatAt }: LightSource): Light {
  const before = lastHeartbeatAt !== null;
  switch (state) {
    case 'idle':
      return { kind: 'connecting' };
    case 'connecting':
    case 'authenticating':
    case 'explaining':
      return before ? { kind: 'reconnecting', retryAt: null } : { kind: 'connecting' };
    case 'open':
      if (live && transport) return { kind: 'live', transport };
      return before ? { kind: 'reconnecting', retryAt: null } : { kind: 'connecting' };
    case 'waiting':
      return { kind: 'reconnecting', retryAt };
    case 'refused':
      return refusal ? { kind: 'refused', refusal } : { kind: 'offline' };
    case 'offline':
    case 'closed':
      return { kind: 'offline' };
    default:
      return state satisfies never;
  }
}

const TRANSPORT_WORDS = {
  websocket: 'WebSocket',
  sse: 'SSE',
  'long-poll': 'polling',
} as const satisfies Record<TransportName, string>;
export const transportWord = (transport: TransportName): string => TRANSPORT_WORDS[transport];

/** Codes whose name is not how a person would say it. */
const REFUSAL_WORDS: Readonly<Record<string, string>> = {
  credential_missing: 'not signed in',
  credential_rejected: 'session ended',
};

/** The words beside the light. */
export function lightWords(light: Light, now: number): string {
  switch (light.kind) {
    case 'live':
      return light.transport === 'websocket' ? 'Live' : `Live via ${transportWord(light.transport)}`;
    case 'connecting':
      return 'Connecting';
    case 'reconnecting':
      return light.retryAt !== null && light.retryAt - now > 1000
        ? `Reconnecting in ${Math.ceil((light.retryAt - now) / 1000)} s`
        : 'Reconnecting';
    case 'refused':
      return `Refused: ${REFUSAL_WORDS[light.refusal.code] ?? light.refusal.code.replaceAll('_', ' ')}`;
    case 'offline':
      return 'Offline';
    default:
      return light satisfies never;
  }
}

const ACCOUNT_CODES: ReadonlySet<string> = new Set(['account_disabled', 'password_change_required']);

/** Only signing in again can help, as somebody else or with another password. */
export const needsSignIn = (light: Light): boolean =>
  light.kind === 'refused' && (light.refusal.status === 401 || ACCOUNT_CODES.has(light.refusal.code));
