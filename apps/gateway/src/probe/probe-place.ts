/** Every transport at one place, with credentials good and bad: what must come back, and what did. */
import type { Position } from '@greenlight/protocol/position';
import type { Transport } from '@greenlight/protocol/transport';
import type {
  ProbeCallName,
  SelfProbeCall,
  SelfProbeTransport,
} from '@greenlight/server/http/self-probe-report';
import { call, errorText, httpAnswer } from './http-call.ts';
import type { Awaited, Place } from './place.ts';
import { probeChannel, type ProbeCredentials } from './probe-credentials.ts';
import { websocketAnswer } from './websocket-call.ts';

export type PlaceTools = {
  readonly credentials: ProbeCredentials;
  readonly cookieName: string;
  /** How much a refusal tells its caller. */
  readonly explain: 'full' | 'public';
  /** A fresh attempt id of the self-probe. */
  readonly reserve: () => string;
  readonly head: (channel: string) => Promise<Position>;
  /** Publishes an event with this id on the channel. */
  readonly ring: (channel: string, mark: string) => Promise<void>;
  readonly clock: () => number;
};

/** What stands beside the path of one call. */
type Presented = { readonly headers?: Readonly<Record<string, string>>; readonly ticket?: string };
type Trial = Presented & { readonly call: ProbeCallName; readonly expected: string };

export const WEBSOCKET_PATH = '/api/v1/ws';
export const ssePath = (channel: string): string => `/api/v1/sse?channels=${channel}`;
/** Waits for what comes after the channel's head. */
export const pollPath = (channel: string, { epoch, offset }: Position, waitSeconds: number): string =>
  `/api/v1/poll?channels=${channel}&since=${epoch}:${offset}&wait=${waitSeconds}`;
const TRANSPORTS = ['rest', 'websocket', 'sse', 'long-poll'] as const satisfies readonly Transport[];
/** Of a call whose event comes at once. */
const POLL_WAIT_SECONDS = 2;
/** RFC 2606: no page can come from there. */
const FOREIGN_ORIGIN = 'https://self-probe.invalid';

export function probePlace(place: Place, tools: PlaceTools): Promise<readonly SelfProbeTransport[]> {
  return Promise.all(TRANSPORTS.map((transport) => probeTransport(place, transport, tools)));
}

async function probeTransport(
  place: Place,
  transport: Transport,
  tools: PlaceTools,
): Promise<SelfProbeTransport> {
  const started = tools.clock();
  const answer = await caller(place, transport, tools);
  const calls: SelfProbeCall[] = [];
  for (const trial of await trialsOf(place, transport, tools)) {
    const { call: name, expected } = trial;
    const attempt = tools.reserve();
    const seen = await answer(trial, attempt).catch(errorText);
    calls.push({ call: name, expected, seen, ok: seen === expected, attempt });
  }
  if (transport === 'rest') calls.push(await probeSetCookie(place, tools));
  return judged({ transport, place: place.name, url: place.url, ms: tools.clock() - started, calls });
}

/** In this order: a ticket has to be used before it can be replayed. */
async function trialsOf(
  place: Place,
  transport: Transport,
  { credentials, cookieName, explain }: PlaceTools,
): Promise<readonly Trial[]> {
  const { expiredToken } = credentials;
  const [ticket, expired] = await Promise.all([credentials.ticket(), credentials.expiredTicket()]);
  const cookie = { origin: place.origin, cookie: `${cookieName}=self-probe` };
  return [
    { call: 'none', expected: '401 credential_missing' },
    { call: 'garbage', expected: '401 credential_malformed', ...bearer('self-probe') },
    { call: 'cookie', expected: '401 session_expired', headers: cookie },
    { call: 'foreign_origin', expected: '403 origin_not_allowed', headers: { origin: FOREIGN_ORIGIN } },
    { call: 'expired', expected: '401 ticket_expired', ticket: expired },
    ...(expiredToken === null
      ? []
      : [
          {
            call: 'expired_token',
            expected: explain === 'public' ? '401 credential_invalid' : '401 token_expired',
            ...bearer(expiredToken),
          } as const,
        ]),
    { call: 'good', expected: transport === 'rest' ? '200' : 'event', ticket },
    { call: 'replayed', expected: '401 ticket_already_used', ticket },
  ];
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

type Answer = (trial: Trial, attempt: string) => Promise<string>;

async function caller(place: Place, transport: Transport, tools: PlaceTools): Promise<Answer> {
  const channel = probeChannel(`${place.name}:${transport}`);
  const path = await pathOf(transport, channel, tools);
  const answer = transport === 'websocket' ? websocketAnswer : httpAnswer;
  return ({ call: name, expected, ticket, headers = {} }, attempt) => {
    const separator = path.includes('?') ? '&' : '?';
    const query = ticket === undefined ? '' : `${separator}ticket=${encodeURIComponent(ticket)}`;
    const mark = `probe-${place.name}-${transport}-${attempt}`;
    const awaited: Awaited = { channel, mark, ring: () => tools.ring(channel, mark) };
    const waits = name === 'good' && expected === 'event';
    return answer({ place, attempt, headers, path: path + query }, waits ? awaited : null);
  };
}

async function pathOf(transport: Transport, channel: string, { head }: PlaceTools): Promise<string> {
  switch (transport) {
    case 'rest':
      return '/api/v1/auth/me';
    case 'websocket':
      return WEBSOCKET_PATH;
    case 'sse':
      return ssePath(channel);
    case 'long-poll':
      return pollPath(channel, await head(channel), POLL_WAIT_SECONDS);
  }
  return transport satisfies never;
}

/** Signing out, without a session, sets the cookie to nothing: where would a browser send it back to? */
async function probeSetCookie(place: Place, { reserve, cookieName }: PlaceTools): Promise<SelfProbeCall> {
  const attempt = reserve();
  const expected = cookieText('/', place.url.startsWith('https:'));
  const seen = await call(
    { place, attempt, path: '/api/v1/auth/logout', headers: {} },
    { method: 'POST' },
  ).then((response) => {
    response.destroy();
    const cookie = response.headers['set-cookie']?.find((value) => value.startsWith(`${cookieName}=`));
    if (cookie === undefined) return `${response.statusCode} without a cookie`;
    return cookieText(/; *Path=([^;]*)/i.exec(cookie)?.[1] ?? '', /; *Secure\b/i.test(cookie));
  }, errorText);
  return { call: 'set_cookie', expected, seen, ok: seen === expected, attempt };
}

const cookieText = (path: string, secure: boolean): string => `cookie for ${path}${secure ? ', Secure' : ''}`;

/** The line about a transport, from its calls. */
export function judged(
  probed: Pick<SelfProbeTransport, 'transport' | 'place' | 'url' | 'ms' | 'calls'>,
): SelfProbeTransport {
  const { calls } = probed;
  const different = calls.filter(({ ok }) => !ok);
  const said = (count: number): string => `${count} of ${calls.length} answers as expected`;
  return {
    ...probed,
    expected: said(calls.length),
    seen: said(calls.length - different.length),
    ok: different.length === 0,
    ...(different.length > 0 && { detail: `${differences(different).join('; ')}.` }),
  };
}

/** `none, garbage: 426 upgrade_required`; what was expected only where one call stands alone. */
export function differences(calls: readonly SelfProbeCall[]): readonly string[] {
  const bySeen = Map.groupBy(calls, ({ seen }) => seen);
  return [...bySeen].map(([seen, group]) => {
    const names = group.map(({ call: name }) => name.replaceAll('_', ' ')).join(', ');
    const [only] = group;
    return group.length === 1 && only ? `${names}: ${seen}, not ${only.expected}` : `${names}: ${seen}`;
  });
}
