/** What stands in front changed something on the way: what was sent against what arrived. Pure. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import type {
  ProbeCallName,
  ProbeFinding,
  SelfProbeTransport,
} from '@greenlight/server/http/self-probe-report';
import { type Held, seconds } from './hold-open.ts';
import { NO_REASON } from './http-call.ts';
import type { Place } from './place.ts';

export type Seen = {
  readonly place: Pick<Place, 'url' | 'host' | 'origin'>;
  readonly transports: readonly SelfProbeTransport[];
  /** What arrived here under an attempt id; null if nothing did. */
  readonly arrived: (
    attempt: string,
  ) => Pick<AttemptTrace, 'headers' | 'host' | 'httpVersion' | 'code' | 'detail'> | null;
};

type Arrival = NonNullable<ReturnType<Seen['arrived']>>;
type Called = {
  readonly call: ProbeCallName;
  readonly transport: string;
  readonly seen: string;
  readonly arrival: Arrival | null;
};

export function findCauses({ place, transports, arrived }: Seen): readonly ProbeFinding[] {
  const calls: readonly Called[] = transports.flatMap(({ transport, calls: made }) =>
    made.map(({ call, seen, attempt }) => ({ call, transport, seen, arrival: arrived(attempt) })),
  );
  const handshakes = calls.filter(({ transport }) => transport === 'websocket');
  return [
    ...answeredInFront(calls, place),
    ...hostRewritten(calls, place),
    ...httpVersion(calls),
    ...upgradeDropped(handshakes),
    ...headerDropped(calls),
    ...cookieBack(calls, place),
    ...ownOriginRefused(calls, place),
  ];
}

function answeredInFront(calls: readonly Called[], { url }: Seen['place']): readonly ProbeFinding[] {
  const foreign = calls.filter(
    ({ arrival, seen, call }) => !arrival && seen.endsWith(NO_REASON) && call !== 'set_cookie',
  );
  const [first] = foreign;
  if (!first) return [];
  return [
    {
      cause: 'answered_in_front',
      detail: `Something in front answered ${foreign.length} of ${calls.length} calls to ${url} itself, such as ${first.transport} with ${first.seen}; they never arrived here.`,
      fix: 'Look into the log of the proxy: it refuses them, sends them elsewhere, or does not reach this server.',
    },
  ];
}

function hostRewritten(calls: readonly Called[], { host }: Seen['place']): readonly ProbeFinding[] {
  const rewritten = calls.find(({ arrival }) => arrival && arrival.host !== host)?.arrival;
  if (!rewritten) return [];
  const refused = rewritten.code === 'host_not_allowed' ? ', which is refused' : '';
  return [
    {
      cause: 'host_rewritten',
      detail: `The proxy in front rewrites Host: "${host}" was sent and "${rewritten.host ?? 'none'}" arrived${refused}.`,
      fix: 'In nginx: proxy_set_header Host $http_host;',
    },
  ];
}

function httpVersion(calls: readonly Called[]): readonly ProbeFinding[] {
  if (!calls.some(({ arrival }) => arrival?.httpVersion === '1.0')) return [];
  return [
    {
      cause: 'http_1_0',
      detail: 'The proxy in front speaks HTTP/1.0 to this server, and a WebSocket needs HTTP/1.1.',
      fix: 'In nginx: proxy_http_version 1.1;',
    },
  ];
}

const UPGRADE_FIX =
  'In nginx: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; with the map of docs/behind-a-proxy.md.';

function upgradeDropped(handshakes: readonly Called[]): readonly ProbeFinding[] {
  const refused = handshakes.find(({ arrival }) => arrival?.code === 'upgrade_required')?.arrival;
  if (!refused) return [];
  return [
    refused.headers.includes('upgrade')
      ? {
          cause: 'connection_dropped',
          detail: 'The proxy in front drops "Connection: upgrade", so no WebSocket can be opened through it.',
          fix: UPGRADE_FIX,
        }
      : {
          cause: 'upgrade_dropped',
          detail: 'The proxy in front drops "Upgrade", so no WebSocket can be opened through it.',
          fix: UPGRADE_FIX,
        },
  ];
}

type Dropped = {
  readonly call: ProbeCallName;
  readonly header: string;
  readonly finding: ProbeFinding;
};

const DROPPED: readonly Dropped[] = [
  {
    call: 'garbage',
    header: 'authorization',
    finding: {
      cause: 'authorization_dropped',
      detail: 'The proxy in front drops "Authorization", so API keys and tokens do not arrive.',
      fix: 'In nginx: remove proxy_set_header Authorization "" and auth_basic from this location.',
    },
  },
  {
    call: 'cookie',
    header: 'cookie',
    finding: {
      cause: 'cookie_dropped',
      detail: 'The proxy in front drops the cookie, so nobody can stay signed in.',
      fix: 'In nginx: remove proxy_set_header Cookie "".',
    },
  },
  {
    call: 'foreign_origin',
    header: 'origin',
    finding: {
      cause: 'origin_dropped',
      detail: 'The proxy in front drops "Origin", so pages of other sites cannot be told from your own.',
      fix: 'In nginx: remove proxy_set_header Origin "".',
    },
  },
];

function headerDropped(calls: readonly Called[]): readonly ProbeFinding[] {
  return DROPPED.filter(({ call, header }) =>
    calls.some((made) => made.call === call && made.arrival && !made.arrival.headers.includes(header)),
  ).map(({ finding }) => finding);
}

function cookieBack(calls: readonly Called[], { url }: Seen['place']): readonly ProbeFinding[] {
  const seen = calls.find(({ call }) => call === 'set_cookie')?.seen ?? '';
  if (seen === '204 without a cookie')
    return [
      {
        cause: 'set_cookie_dropped',
        detail: 'The proxy in front drops "Set-Cookie", so nobody can sign in.',
        fix: 'In nginx: remove proxy_hide_header Set-Cookie and proxy_ignore_headers Set-Cookie.',
      },
    ];
  const path = /^cookie for ([^,]*)/.exec(seen)?.[1];
  if (path === undefined) return [];
  if (path !== '/')
    return [
      {
        cause: 'cookie_path_changed',
        detail: `The cookie path is wrong: the proxy in front changes it from "/" to "${path}", so browsers do not send the cookie to /api.`,
        fix: 'In nginx: remove proxy_cookie_path.',
      },
    ];
  if (!url.startsWith('https:') || seen.endsWith('Secure')) return [];
  return [
    {
      cause: 'cookie_not_secure',
      detail: `The cookie set at ${url} is not Secure, because this server does not know that callers come over https.`,
      fix: 'In nginx: proxy_set_header X-Forwarded-Proto $scheme; and name the proxy in GREENLIGHT_TRUSTED_PROXIES.',
    },
  ];
}

function ownOriginRefused(calls: readonly Called[], { origin }: Seen['place']): readonly ProbeFinding[] {
  if (!calls.some(({ call, seen }) => call === 'cookie' && seen === '403 origin_not_allowed')) return [];
  return [
    {
      cause: 'own_origin_refused',
      detail: `Pages of ${origin}, the public URL itself, may not connect.`,
      fix: `Add ${origin} to GREENLIGHT_ALLOWED_ORIGINS.`,
    },
  ];
}

export type Idle = { readonly heartbeatMs: number; readonly waitSeconds: number };

/** After how long what is silent is cut, from what was held open. */
export function findIdleCut(
  held: readonly Held[],
  { heartbeatMs, waitSeconds }: Idle,
): readonly ProbeFinding[] {
  const cut = held.flatMap(({ ok, openMs }) => (ok || openMs === null ? [] : [openMs]));
  if (cut.length === 0) return [];
  const transports = held.filter(({ ok }) => !ok).map(({ transport }) => transport);
  return [
    {
      cause: 'idle_cut',
      detail: `The proxy in front cuts idle reads after ${seconds(Math.min(...cut))} (${transports.join(', ')}); heartbeats come every ${seconds(heartbeatMs)}, and a long-poll waits up to ${seconds(waitSeconds * 1_000)}.`,
      fix: 'In nginx: proxy_read_timeout 75s;',
    },
  ];
}
