/** A provocation as a request to one node: address, headers, and what each kind of client does with the credential. */
import { randomBytes } from 'node:crypto';
import { BEARER_SUBPROTOCOL_PREFIX } from '@greenlight/protocol/frames';
import type { Transport } from '@greenlight/protocol/transport';
import type { TestNode } from '@greenlight/server/http/testing/start-node';
import type { Bench } from './bench.ts';
import type { Provocation } from './recipes.ts';

export type Addressed = Provocation & {
  readonly transport: Transport;
  readonly node: TestNode;
  /** Chosen by the client. */
  readonly attempt: string;
  readonly page: string;
  /** With the query, a ticket in it, and without the attempt. */
  readonly target: string;
};

const BASE: Readonly<Record<Transport, { path: string; query: Readonly<Record<string, string>> }>> = {
  websocket: { path: '/api/v1/ws', query: {} },
  sse: { path: '/api/v1/sse', query: { channels: 'orders' } },
  'long-poll': { path: '/api/v1/poll', query: { channels: 'orders', wait: '0' } },
  rest: { path: '/api/v1/auth/me', query: {} },
};

export async function addressed(
  bench: Bench,
  transport: Transport,
  provocation: Provocation,
): Promise<Addressed> {
  const { on = 'plain', credential } = provocation;
  const base = BASE[transport];
  const query = new URLSearchParams({
    ...(provocation.path === undefined && base.query),
    ...provocation.query,
    ...(credential?.kind === 'ticket' && { ticket: credential.secret }),
  });
  const { path = base.path } = provocation;
  return {
    ...provocation,
    transport,
    node: await bench.node(on),
    attempt: randomBytes(16).toString('base64url'),
    page: bench.page,
    target: query.size === 0 ? path : `${path}?${query}`,
  };
}

/** The target with the attempt's id in it, for clients that cannot set headers. */
export const namedTarget = ({ target, attempt }: Addressed): string =>
  `${target}${target.includes('?') ? '&' : '?'}attempt=${attempt}`;

export const hostOf = ({ node, hostname }: Addressed): string =>
  hostname === undefined ? node.host : node.host.replace('127.0.0.1', hostname);

/** As clients that are no browser send them. */
export function ownHeaders(request: Addressed): Readonly<Record<string, string | null>> {
  const { credential, hostname, fromPage, page, headers } = request;
  return {
    ...(hostname !== undefined && { Host: hostOf(request) }),
    ...(fromPage && { Origin: page }),
    ...(credential?.kind === 'bearer' && { Authorization: `Bearer ${credential.secret}` }),
    ...(credential?.kind === 'session' && { Cookie: cookieOf(request, credential.secret) }),
    ...headers,
  };
}

const cookieOf = ({ node }: Addressed, secret: string): string =>
  `${node.services.sessions.cookieName}=${secret}`;

/** What a page offers, which has no other place for a bearer token. */
export function offered({ subprotocols = ['greenlight.v1'], credential }: Provocation): readonly string[] {
  return credential?.kind === 'bearer'
    ? [...subprotocols, BEARER_SUBPROTOCOL_PREFIX + Buffer.from(credential.secret).toString('base64url')]
    : subprotocols;
}
