/**
 * Simulated sign-in, for tests of a deployment without its identity provider: an issuer of its own with a key of its
 * own, which exists only outside production. Whoever it lets in is marked, in the name too, and can make nobody else.
 */
import type { Role } from '@greenlight/protocol/role';
import { SignJWT } from 'jose';
import type { Failure } from '@greenlight/handshake/verdict';
import { createTokens } from './tokens.ts';
import type { Verified } from './verifier.ts';
import { weakSecret } from './weak-secret.ts';

export type SimulatedSettings = {
  /** Signs the simulated tokens (HS256); never the secret of real ones. */
  readonly secret: string;
};

export type SimulatedPerson = {
  /** Without the mark. */
  readonly user: string;
  readonly role: Role;
  readonly channels?: readonly string[];
  /** Default 3,600. */
  readonly seconds?: number;
};

export interface Simulated {
  verify(token: string): Promise<Verified>;
}

/** What `iss` says in every token of it. */
export const SIMULATED_ISSUER = 'greenlight:simulated';
/** Before the name of every user of it: so it stands in every log line, attempt, connection and record. */
export const SIMULATED_USER_PREFIX = 'simulated:';

export function createSimulated({ secret }: SimulatedSettings, clock: () => number): Simulated {
  const tokens = createTokens({ settings: { secret, issuer: SIMULATED_ISSUER, clockSkewSeconds: 0 }, clock });
  return {
    async verify(token) {
      const verified = await tokens.verify(token);
      if (!verified.ok) return { ok: false, failure: withMark(verified.failure) };
      const { user, name } = verified.identity;
      return {
        ok: true,
        identity: {
          ...verified.identity,
          user: `${SIMULATED_USER_PREFIX}${user}`,
          name: `${name} (simulated)`,
          simulated: true,
        },
      };
    },
  };
}

const withMark = (failure: Failure): Failure => ({
  ...failure,
  operator: { ...failure.operator, simulated: true },
});

/** For tests and the command line: needs nothing but the secret. */
export function issueSimulatedToken(
  secret: string,
  { user, role, channels, seconds = 3_600 }: SimulatedPerson,
  clock: () => number = Date.now,
): Promise<string> {
  const now = Math.floor(clock() / 1_000);
  return new SignJWT({ role, ...(channels && { channels }), simulated: true })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(SIMULATED_ISSUER)
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(new TextEncoder().encode(secret));
}

/** One sentence for each thing that cannot be. */
export function simulatedProblems(
  { secret }: SimulatedSettings,
  { environment, tokenSecret }: { readonly environment: string; readonly tokenSecret: string | undefined },
): readonly string[] {
  const problems: string[] = [];
  if (environment === 'production')
    problems.push('Simulated sign-in is configured, and does not exist in production; take it out.');
  const weak = weakSecret(secret);
  if (weak !== null) problems.push(`The secret of simulated sign-in ${weak}.`);
  if (secret === tokenSecret)
    problems.push('Simulated sign-in has the secret of real tokens; it must have one of its own.');
  return problems;
}
