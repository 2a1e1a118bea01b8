/** The one verifier: REST, WebSocket, SSE, long-poll and the first `auth` frame all ask it. */
import { apiKeyParts, isJwtShaped } from '@greenlight/handshake/credential-shape';
import type { Identity, PresentedCredential } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import type { ApiKeys } from './api-keys.ts';
import type { Sessions } from './sessions.ts';
import { type Simulated, SIMULATED_ISSUER } from './simulated.ts';
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
  /** Null: there is no simulated sign-in here. */
  readonly simulated: Simulated | null;
};

export function createVerifier({ apiKeys, sessions, tickets, tokens, simulated }: VerifierOptions): Verifier {
  return {
    async verify(presented, request) {
      const verified = await verifyPresented(presented, request);
      // What a simulated sign-in left behind in the data folder ends with it.
      if (verified.ok && verified.identity.simulated && !simulated)
        return { ok: false, failure: NOT_SIMULATED };
      return verified;
    },
  };

  async function verifyPresented(presented: Presented, request: HandshakeRequest): Promise<Verified> {
    switch (presented.kind) {
      case 'session':
        return sessions.verify(presented.secret);
      case 'ticket':
        return tickets.verify(presented.secret, request);
      case 'bearer':
        return verifyBearer(presented.secret);
    }
    return presented satisfies never;
  }

  /** The shape says which kind it is; the ladder has already refused what is neither. */
  async function verifyBearer(secret: string): Promise<Verified> {
    if (apiKeyParts(secret)) return apiKeys.verify(secret);
    if (isJwtShaped(secret)) return verifyToken(secret);
    return { ok: false, failure: { code: 'credential_malformed' } };
  }

  /** Whose a token says it is only chooses who looks at it. */
  async function verifyToken(token: string): Promise<Verified> {
    if (issuerOf(token) !== SIMULATED_ISSUER) return tokens.verify(token);
    return simulated ? simulated.verify(token) : { ok: false, failure: NOT_SIMULATED };
  }
}

/** Nothing is verified yet, so a rough look is enough: it is taken for every request. */
function issuerOf(token: string): unknown {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    return (JSON.parse(payload) as { readonly iss?: unknown } | null)?.iss;
  } catch {
    return undefined;
  }
}

const NOT_SIMULATED: Failure = {
  code: 'token_issuer_untrusted',
  detail: 'The credential comes from a simulated sign-in, and there is none on this server.',
};
