/** The one verifier: REST, WebSocket, SSE, long-poll and the first `auth` frame all ask it. */
import type { Identity, PresentedCredential } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';

export type Verified =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure };

export type Presented = Exclude<PresentedCredential, { kind: 'none' }>;

export interface Verifier {
  verify(presented: Presented, request: HandshakeRequest): Promise<Verified>;
}
