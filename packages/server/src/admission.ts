/** Climbs the ladder for every transport: one order of checks, one verifier, one verdict. */
import type { Identity, PresentedCredential } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Verdict } from '@greenlight/handshake/verdict';

/** What a route asks of those who come to it. */
export type Plan = {
  /** Methods this route answers; empty = there is no such route. */
  readonly methods: readonly string[];
  /** `required`: refuse without one. `in-band`: may come as the first frame, if `greenlight.v1` was offered. `none`: a public route. */
  readonly credential: 'required' | 'in-band' | 'none';
  /** Channels to be read: checked at the permission stage. */
  readonly channels: readonly string[];
  /** A further permission check, such as `mayOperate`: null = may, else the sentence that says why not. */
  readonly may?: (identity: Identity) => string | null;
  /** Counts as an open connection (WebSocket, SSE, long-poll) at the capacity stage. */
  readonly connection: boolean;
};

export interface Admission {
  admit(request: HandshakeRequest, plan: Plan): Promise<Verdict>;
  /** The first `auth` frame of a socket that was let in without a credential: the stages from `credential` on, again. */
  authenticate(request: HandshakeRequest, presented: PresentedCredential): Promise<Verdict>;
}
