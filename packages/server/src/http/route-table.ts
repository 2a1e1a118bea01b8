/** Every HTTP path, who may use it and over which transport. The ladder's plan for a request is read off here. */
import type { Identity } from '@greenlight/handshake/identity';
import {
  CONNECTIONS_CHANNEL,
  HANDSHAKES_CHANNEL,
  isChannelName,
  workflowChannel,
} from '@greenlight/protocol/channel';
import type { Transport } from '@greenlight/protocol/transport';
import { mayAdminister, mayOperate, mayReview, maySteerRuns } from '../access.ts';
import type { ServerInfo } from '../info.ts';

export const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

export type RouteParameters = Readonly<Record<string, string>>;

export type RouteAccess = {
  readonly credential: 'required' | 'none';
  readonly transport: Exclude<Transport, 'websocket'>;
  /** Channels that are read, from the path's parameters and the query. */
  readonly channels?: (parameters: RouteParameters, query: URLSearchParams) => readonly string[];
  /** Null = may; else the sentence that says what is missing. */
  readonly may?: (identity: Identity) => string | null;
  /** Asks what became of an attempt, which has a limit of its own. */
  readonly lookup?: true;
  /** A browser navigates here to sign in: what fails is explained by the sign-in page. */
  readonly signsIn?: true;
  /** Answers also those who have to change their password first. */
  readonly changesPassword?: true;
};

export type Route = {
  /** `{name}` is one segment, a last `*` is the rest of the path. */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, RouteAccess>>>;
};

const PUBLIC: RouteAccess = { credential: 'none', transport: 'rest' };
const SIGNS_IN: RouteAccess = { ...PUBLIC, signsIn: true };
const SIGNED_IN: RouteAccess = { credential: 'required', transport: 'rest' };

const only = (allowed: (identity: Identity) => boolean, whom: string): RouteAccess => ({
  ...SIGNED_IN,
  may: (identity) =>
    allowed(identity) ? null : `This is for ${whom}; "${identity.name}" has the role ${identity.role}.`,
});
const ADMIN = only(mayAdminister, 'administrators');
const OPERATOR = only(mayOperate, 'operators and administrators');
const REVIEWER = only(mayReview, 'reviewers, operators and administrators');
const STEERING = only(maySteerRuns, 'every role except viewer');

const ofRun = ({ id = '' }: RouteParameters): readonly string[] => valid([workflowChannel(id)]);
const inPath = ({ channel = '' }: RouteParameters): readonly string[] => valid([channel]);
/** Whoever reads every frame is told of each channel by itself, as on a socket. */
const inQuery = (_parameters: RouteParameters, query: URLSearchParams): readonly string[] =>
  query.get('frames') === 'all'
    ? []
    : valid((query.get('channels') ?? '').split(',').map((name) => name.trim()));
/** What is no channel name cannot be forbidden; whoever handles the request says `invalid_input`. */
const valid = (names: readonly string[]): readonly string[] => names.filter(isChannelName);

const READ_RUN: RouteAccess = { ...SIGNED_IN, channels: ofRun };
const STEER_RUN: RouteAccess = { ...STEERING, channels: ofRun };

/** The same is told on channels, and a credential that is limited to others sees it in neither way. */
const WATCH_HANDSHAKES: RouteAccess = { ...OPERATOR, channels: () => [HANDSHAKES_CHANNEL] };
const WATCH_CONNECTIONS: RouteAccess = { ...OPERATOR, channels: () => [CONNECTIONS_CHANNEL] };

/** In development the metrics are open; elsewhere their numbers tell who uses what, and how much. */
export function routesOf(environment: ServerInfo['environment']): readonly Route[] {
  return table(environment === 'development' ? PUBLIC : OPERATOR);
}

const table = (metrics: RouteAccess): readonly Route[] => [
  { path: '/', methods: { GET: PUBLIC } },
  { path: '/dashboard', methods: { GET: PUBLIC } },
  { path: '/dashboard/*', methods: { GET: PUBLIC } },
  { path: '/docs', methods: { GET: PUBLIC } },
  { path: '/docs/', methods: { GET: PUBLIC } },
  { path: '/docs/reference.css', methods: { GET: PUBLIC } },
  { path: '/docs/codes/{code}', methods: { GET: PUBLIC } },
  { path: '/health/live', methods: { GET: PUBLIC } },
  { path: '/health/ready', methods: { GET: PUBLIC } },
  { path: '/health/realtime', methods: { GET: PUBLIC } },
  { path: '/metrics', methods: { GET: metrics } },
  { path: '/api/v1/openapi.json', methods: { GET: PUBLIC } },
  { path: '/api/v1/asyncapi.json', methods: { GET: PUBLIC } },

  { path: '/api/v1/auth/methods', methods: { GET: PUBLIC } },
  { path: '/api/v1/auth/login', methods: { POST: PUBLIC } },
  { path: '/api/v1/auth/oidc/start', methods: { GET: SIGNS_IN } },
  { path: '/api/v1/auth/oidc/callback', methods: { GET: SIGNS_IN } },
  { path: '/api/v1/auth/simulated', methods: { POST: PUBLIC } },
  { path: '/api/v1/auth/logout', methods: { POST: PUBLIC } },
  { path: '/api/v1/auth/password', methods: { POST: { ...SIGNED_IN, changesPassword: true } } },
  { path: '/api/v1/auth/me', methods: { GET: SIGNED_IN } },
  { path: '/api/v1/auth/ws-ticket', methods: { POST: SIGNED_IN } },
  { path: '/api/v1/users', methods: { GET: ADMIN, POST: ADMIN } },
  { path: '/api/v1/users/{name}', methods: { PATCH: ADMIN } },
  { path: '/api/v1/users/{name}/password', methods: { POST: ADMIN } },
  { path: '/api/v1/keys', methods: { GET: ADMIN, POST: ADMIN } },
  { path: '/api/v1/keys/{id}', methods: { DELETE: ADMIN } },

  { path: '/api/v1/sse', methods: { GET: { ...SIGNED_IN, transport: 'sse', channels: inQuery } } },
  { path: '/api/v1/poll', methods: { GET: { ...SIGNED_IN, transport: 'long-poll', channels: inQuery } } },
  { path: '/api/v1/commands', methods: { POST: SIGNED_IN } },
  { path: '/api/v1/channels', methods: { GET: OPERATOR } },
  { path: '/api/v1/channels/{channel}/publications', methods: { POST: SIGNED_IN } },
  { path: '/api/v1/channels/{channel}/history', methods: { GET: { ...SIGNED_IN, channels: inPath } } },

  { path: '/api/v1/workflows', methods: { GET: SIGNED_IN, POST: STEERING } },
  { path: '/api/v1/workflows/{id}', methods: { GET: READ_RUN } },
  { path: '/api/v1/workflows/{id}/events', methods: { GET: READ_RUN } },
  { path: '/api/v1/workflows/{id}/stream', methods: { GET: { ...READ_RUN, transport: 'sse' } } },
  { path: '/api/v1/workflows/{id}/report', methods: { GET: READ_RUN } },
  { path: '/api/v1/workflows/{id}/pause', methods: { POST: STEER_RUN } },
  { path: '/api/v1/workflows/{id}/resume', methods: { POST: STEER_RUN } },
  { path: '/api/v1/workflows/{id}/cancel', methods: { POST: STEER_RUN } },

  { path: '/api/v1/validations', methods: { GET: SIGNED_IN } },
  { path: '/api/v1/validations/{id}', methods: { GET: SIGNED_IN } },
  { path: '/api/v1/recommendations', methods: { GET: SIGNED_IN } },
  { path: '/api/v1/recommendations/approve', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/reject', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/apply', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/undo', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/{id}', methods: { GET: SIGNED_IN } },
  { path: '/api/v1/recommendations/{id}/approve', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/{id}/reject', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/{id}/apply', methods: { POST: REVIEWER } },
  { path: '/api/v1/recommendations/{id}/undo', methods: { POST: REVIEWER } },

  { path: '/api/v1/handshakes', methods: { GET: WATCH_HANDSHAKES } },
  { path: '/api/v1/handshakes/{attempt}', methods: { GET: { ...PUBLIC, lookup: true } } },
  { path: '/api/v1/settings', methods: { GET: OPERATOR } },
  { path: '/api/v1/self-probe', methods: { POST: OPERATOR } },
  { path: '/api/v1/connections', methods: { GET: WATCH_CONNECTIONS } },
  { path: '/api/v1/connections/{session}', methods: { DELETE: WATCH_CONNECTIONS } },
];
