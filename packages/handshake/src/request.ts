/** A handshake as plain data: all that a verdict may depend on, and nothing that does I/O. */
import type { Hop } from '@greenlight/protocol/hop';
import type { Transport } from '@greenlight/protocol/transport';

export type HandshakeRequest = {
  /** 22 base64url characters; see PROTOCOL.md section A. */
  readonly attempt: string;
  readonly transport: Transport;
  readonly method: string;
  /** The request target as received, query included. Never logged with its query. */
  readonly target: string;
  /** `target` without the query, percent-decoding left alone. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; values of repeated headers joined with `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly httpVersion: string;
  /** The peer, or what a trusted proxy says it is. */
  readonly address: string;
  /** How `address` was found, from the peer on; what was ignored stands at the end. */
  readonly hops: readonly Hop[];
  /** Behind TLS, here or at a trusted proxy. */
  readonly secure: boolean;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
};
