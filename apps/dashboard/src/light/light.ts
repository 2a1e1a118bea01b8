/** What the light may say, and nothing else. Green is the SDK's `live` and no weaker; PROTOCOL.md, D1 to D4. */
import type { Refusal } from '@greenlight/client/refusal';
import type { Status } from '@greenlight/client/status';
import type { TransportName } from '@greenlight/client/transport';
import type { Failure } from '../data/failure.ts';

export type Light =
  | { readonly kind: 'live'; readonly transport: TransportName }
  | { readonly kind: 'connecting' }
  /** `retryAt`: milliseconds since 1970 of the next attempt; null while one is under way. */
  | {
      readonly kind: 'reconnecting';
      readonly retryAt: number | null;
      /** The server's own words for why it has to wait; null when it is only the network. */
      readonly refusal: Failure | null;
    }
  | { readonly kind: 'refused'; readonly refusal: Failure }
  | { readonly kind: 'offline' };

export type LightKind = Light['kind'];

export type LightSource = Pick<
  Status,
  'state' | 'live' | 'transport' | 'retryAt' | 'attempt' | 'refusal' | 'lastHeartbeatAt'
>;

const RECONNECTING = { kind: 'reconnecting', retryAt: null, refusal: null } as const;

const failureIn = (refusal: Refusal): Failure => ({ ...refusal, status: refusal.status ?? 0 });

export function lightFrom(source: LightSource): Light {
  const { state, live, transport, retryAt, attempt, refusal, lastHeartbeatAt } = source;
  const before = lastHeartbeatAt !== null;
  switch (state) {
    case 'idle':
      return { kind: 'connecting' };
    case 'connecting':
    case 'authenticating':
    case 'explaining':
      return before ? RECONNECTING : { kind: 'connecting' };
    case 'open':
      if (live && transport) return { kind: 'live', transport };
      return before ? RECONNECTING : { kind: 'connecting' };
    case 'waiting':
      return {
        kind: 'reconnecting',
        retryAt,
        // What an earlier attempt was told, perhaps over another transport, is not why this one waits.
        refusal: refusal?.status === undefined || refusal.attempt !== attempt ? null : failureIn(refusal),
      };
    case 'refused':
      return refusal ? { kind: 'refused', refusal: failureIn(refusal) } : { kind: 'offline' };
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

const refusalWords = ({ code }: Failure): string => REFUSAL_WORDS[code] ?? code.replaceAll('_', ' ');

/** The words beside the light. `ending`: milliseconds for which the credential still counts, if they are few. */
export function lightWords(light: Light, now: number, ending: number | null = null): string {
  switch (light.kind) {
    case 'live':
      return [
        light.transport === 'websocket' ? 'Live' : `Live via ${transportWord(light.transport)}`,
        ...(ending === null ? [] : [`sign-in ends in ${Math.ceil(ending / 1000)} s`]),
      ].join(', ');
    case 'connecting':
      return 'Connecting';
    case 'reconnecting': {
      const when =
        light.retryAt !== null && light.retryAt - now > 1000
          ? ` in ${Math.ceil((light.retryAt - now) / 1000)} s`
          : '';
      return `Reconnecting${when}${light.refusal ? `: ${refusalWords(light.refusal)}` : ''}`;
    }
    case 'refused':
      return `Refused: ${refusalWords(light.refusal)}`;
    case 'offline':
      return 'Offline';
    default:
      return light satisfies never;
  }
}

/** What the server holds against this page at this moment. */
export const refusalNow = (light: Light): Failure | null =>
  light.kind === 'refused' || light.kind === 'reconnecting' ? light.refusal : null;

const ACCOUNT_CODES: ReadonlySet<string> = new Set(['account_disabled', 'password_change_required']);

/** Only signing in again can help, as somebody else or with another password. */
export const needsSignIn = (light: Light): boolean =>
  light.kind === 'refused' && (light.refusal.status === 401 || ACCOUNT_CODES.has(light.refusal.code));
