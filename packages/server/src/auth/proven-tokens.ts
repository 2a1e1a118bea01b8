/**
 * Tokens that were verified before. A signature that was right under a key stays right under that key, so it need not be
 * computed again for each reconnect and each request. Whether that key still counts and the time is right is asked anew.
 */
import type { JWTPayload } from 'jose';

/** Beyond it the one that came first goes. */
const MOST = 5_000;

export type Proven = { readonly payload: Pick<JWTPayload, 'exp' | 'nbf'> };

export type ProvenTokens<Token> = {
  /** Null also when it is too early or too late for it. `now` in milliseconds since 1970. */
  recall(digest: string, now: number): Token | null;
  keep(digest: string, token: Token): void;
};

/** By the digest of the whole token. */
export function createProvenTokens<Token extends Proven>(clockSkewSeconds: number): ProvenTokens<Token> {
  const kept = new Map<string, Token>();
  return {
    recall(digest, now) {
      const token = kept.get(digest);
      if (!token) return null;
      const { exp = 0, nbf = 0 } = token.payload;
      // As jose counts: in whole seconds.
      const seconds = Math.floor(now / 1_000);
      if (exp > seconds - clockSkewSeconds && nbf <= seconds + clockSkewSeconds) return token;
      kept.delete(digest);
      return null;
    },
    keep(digest, token) {
      kept.delete(digest);
      kept.set(digest, token);
      if (kept.size > MOST) kept.delete(kept.keys().next().value as string);
    },
  };
}
