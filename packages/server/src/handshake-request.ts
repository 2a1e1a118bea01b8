/** A request from `node:http` as the plain data that the ladder judges. */
import type { IncomingMessage } from 'node:http';
import type { HandshakeRequest, Transport } from '@greenlight/handshake/request';

/** Part of `Services`, so that they can be handed in as they are. */
export type RequestContext = {
  /** Addresses and CIDR ranges whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. */
  readonly settings: { readonly trustedProxies: readonly string[] };
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly attempts: { claim(wanted: string | null): string };
};

export type ToHandshakeRequest = (
  incoming: IncomingMessage,
  transport: Transport,
  context: RequestContext,
) => HandshakeRequest;
