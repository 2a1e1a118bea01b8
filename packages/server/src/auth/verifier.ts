/** The one verifier: REST, WebSocket, SSE, long-poll and the first `auth` frame all ask it. */
import { apiKeyParts, isJwtShaped } from '@greenlight/handshake/credential-shape';
import type { Identity, PresentedCredential } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import type { ApiKeys } from './api-keys.ts';
import type { Sessions } from './sessions.ts';
import type { Tickets } from './tickets.ts';
import type { Tokens } from './tokens.ts';

export type Verified =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure };

export type Presented = Exclude<PresentedCredential, { kind: 'none' }>;

export interface Verifier {
  verify(presented: Presented, request: HandshakeRequest): Promise<Verified>;
}

export type VerifierOptions = {
  readonly apiKeys: Pick<ApiKeys, 'verify'>;
  readonly sessions: Pick<Sessions, 'verify'>;
  readonly tickets: Pick<Tickets, 'verify'>;
  readonly tokens: Tokens;
};

export function createVerifier({ apiKeys, sessions, tickets, tokens }: VerifierOptions): Verifier {
  return {
    async verify(presented, request) {
      switch (presented.kind) {
        case 'session':
          return sessions.verify(presented.secret);
        case 'ticket':
          return tickets.verify(presented.secret, request);
        case 'bearer':
          return verifyBearer(presented.secret);
      }
      return presented satisfies never;
    },
  };

  /** The shape says which kind it is; the ladder has already refused what is neither. */
  async function verifyBearer(secret: string): Promise<Verified> {
    if (apiKeyParts(secret)) return apiKeys.verify(secret);
    if (isJwtShaped(secret)) return tokens.verify(secret);
    return { ok: false, failure: { code: 'credential_malformed' } };
  }
}
