/** One-time tickets: what a page puts into a WebSocket URL instead of a credential that lasts. */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Verified } from './verifier.ts';

export type MintOptions = {
  /** Patterns it is limited to; each must lie within what the identity may. */
  readonly channels?: readonly string[];
  /** The only Origin it may be used from. */
  readonly origin?: string;
};

export type Minted =
  /** `expiresIn` in seconds. */
  | { readonly ok: true; readonly ticket: string; readonly expiresIn: number }
  | { readonly ok: false; readonly failure: Failure };

export interface Tickets {
  mint(identity: Identity, options: MintOptions): Promise<Minted>;
  /** Spends it: of any number of simultaneous uses one succeeds. */
  verify(ticket: string, request: HandshakeRequest): Promise<Verified>;
}
