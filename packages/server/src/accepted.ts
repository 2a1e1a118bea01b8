/** An attempt that was let in: all that a transport needs to begin a session. */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';

export type Accepted = {
  readonly request: HandshakeRequest;
  /** Null on a WebSocket that has yet to send its first `auth` frame. */
  readonly identity: Identity | null;
};

/** What a WebSocket path leads to. */
export type WebSocketRoute =
  | { readonly kind: 'protocol' }
  | { readonly kind: 'echo' }
  /** `defaultSince` is what an absent `?since=` means. */
  | {
      readonly kind: 'plain';
      readonly name: string;
      readonly channels: readonly string[];
      readonly defaultSince: 'earliest' | null;
    };
