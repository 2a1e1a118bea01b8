/** A request from `node:http` as the plain data that the ladder judges. */
import type { IncomingMessage } from 'node:http';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import type { Transport } from '@greenlight/protocol/transport';
import { clientOf } from './client-address.ts';

/** Part of `Services`, so that they can be handed in as they are. */
export type RequestContext = {
  /** Addresses and CIDR ranges whose `X-Forwarded-*` and `Forwarded` headers are believed. */
  readonly settings: { readonly trustedProxies: readonly string[] };
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly attempts: { claim(wanted: string | null): string };
};

/** Claims the attempt's id: every request that is made here must end in `refuse` or `recordAccepted`. */
export function toHandshakeRequest(
  incoming: IncomingMessage,
  transport: Transport,
  { settings, clock, attempts }: RequestContext,
): HandshakeRequest {
  const headers = joinedHeaders(incoming.rawHeaders);
  const target = originForm(incoming.url ?? '', headers);
  const at = target.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : target.slice(at + 1));
  return {
    attempt: attempts.claim(headers.get(ATTEMPT_HEADER.toLowerCase()) ?? query.get('attempt')),
    transport,
    method: incoming.method ?? '',
    target,
    path: at < 0 ? target : target.slice(0, at),
    query,
    headers,
    httpVersion: incoming.httpVersion,
    ...clientOf(incoming.socket, headers, settings.trustedProxies),
    receivedAt: clock(),
  };
}

/** Not `incoming.headers`: that silently keeps one of two `Host` or `Authorization` headers. */
function joinedHeaders(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    const value = raw[at + 1] as string;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** Of an absolute target counts what it says, also over the Host header (RFC 9112 section 3.2.2). */
function originForm(target: string, headers: Map<string, string>): string {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return target;
  const { host, pathname, search } = new URL(target);
  headers.set('host', host);
  return pathname + search;
}
