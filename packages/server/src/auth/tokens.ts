/** JSON Web Tokens (RFC 7519) of the configured issuer: one verdict, and a code of its own for each way to fail. */
import { hash } from 'node:crypto';
import type { Failure } from '@greenlight/handshake/verdict';
import { type Role, ROLES } from '@greenlight/protocol/role';
import { type CryptoKey, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { KeyObject } from 'node:crypto';
import { createKeySet } from './key-set.ts';
import { createProvenTokens } from './proven-tokens.ts';
import {
  DEFAULT_CLOCK_SKEW_SECONDS,
  readPublicKey,
  type StaticKey,
  type TokenAlgorithm,
  type TokenSettings,
  verifiableAlgorithms,
} from './token-settings.ts';
import type { Verified } from './verifier.ts';

export interface Tokens {
  verify(token: string): Promise<Verified>;
}

export type TokensOptions = {
  /** Empty: no token counts. Settings with problems (`tokenSettingsProblems`) throw. */
  readonly settings: TokenSettings;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

type Key = CryptoKey | KeyObject | Uint8Array;
type Found = { readonly ok: true; readonly key: Key } | { readonly ok: false; readonly failure: Failure };
type Header = ReturnType<typeof decodeProtectedHeader>;
/** For the operator's trace; what the token says of itself counts for nothing until it is verified. */
type Facts = Record<string, string | number | boolean>;

const FACT_LENGTH = 200;

export function createTokens({ settings, clock }: TokensOptions): Tokens {
  const { secret, issuer, audience, clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS } = settings;
  const verifiable = verifiableAlgorithms(settings);
  const allowed = verifiable.filter((algorithm) => settings.algorithms?.includes(algorithm) ?? true);
  const secretKey = secret === undefined ? null : new TextEncoder().encode(secret);
  const staticKey = staticKeyOf(settings);
  const keySet = settings.jwksUrl === undefined ? null : createKeySet({ url: settings.jwksUrl, clock });
  const provenTokens = createProvenTokens<ProvenToken>(clockSkewSeconds);

  /** The algorithm picks the kind of key, so that a public key can never pass for an HS256 secret. */
  async function keyFor(header: Header, algorithm: TokenAlgorithm): Promise<Found> {
    if (algorithm === 'HS256') return secretKey ? { ok: true, key: secretKey } : refused('token_key_unknown');
    if (staticKey?.algorithm === algorithm) {
      const { kid, key } = staticKey;
      return kid === null || header.kid === undefined || header.kid === kid
        ? { ok: true, key }
        : refused('token_key_unknown');
    }
    if (!keySet) return refused('token_key_unknown');
    return keySet.keyOf({ ...header, alg: algorithm });
  }

  async function verify(token: string): Promise<Verified> {
    if (verifiable.length === 0) return { ok: false, failure: NO_KEY };
    const digest = digestOf(token);
    const proven = provenTokens.recall(digest, clock());
    const read = proven ?? readToken(token);
    if (!read) return malformed('cannot be decoded as a JWT');
    const { header } = read;
    const algorithm = allowed.find((known) => known === header.alg);
    if (!algorithm) {
      const detail = `The token is signed with ${quoted(header.alg)}; accepted is ${allowed.join(', ')}.`;
      return refused('token_algorithm_not_allowed', { detail, operator: factsOf(read) });
    }
    const found = await keyFor(header, algorithm);
    if (!found.ok) return withFacts(found.failure, factsOf(read));
    if (proven?.key === found.key) return proven.told;
    try {
      const { payload } = await jwtVerify(token, found.key as CryptoKey, {
        algorithms: [algorithm],
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockSkewSeconds,
        currentDate: new Date(clock()),
      });
      const verified = identityOf(payload, { digest, clockSkewSeconds });
      provenTokens.keep(digest, { header, payload, key: found.key, told: verified });
      return verified;
    } catch (error) {
      const failure = failureOf(error, { clockSkewSeconds, now: clock() / 1_000, issuer, audience });
      if (!failure) throw error;
      return withFacts(failure, factsOf(read));
    }
  }

  return { verify };
}

function staticKeyOf({ publicKey }: TokenSettings): StaticKey | null {
  if (publicKey === undefined) return null;
  const read = readPublicKey(publicKey);
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

type ReadToken = { readonly header: Header; readonly payload: JWTPayload };
type ProvenToken = ReadToken & {
  /** The very object that the signature was verified with. */
  readonly key: Key;
  readonly told: Verified;
};

function readToken(token: string): ReadToken | null {
  try {
    return { header: decodeProtectedHeader(token), payload: decodeJwt(token) };
  } catch {
    return null;
  }
}

function factsOf({ header, payload }: ReadToken): Facts {
  const said = { alg: header.alg, kid: header.kid, issuer: payload.iss, audience: payload.aud };
  const facts = Object.entries(said).filter(([, value]) => value !== undefined);
  return Object.fromEntries(facts.map(([name, value]) => [name, String(value).slice(0, FACT_LENGTH)]));
}

type Judged = {
  readonly clockSkewSeconds: number;
  /** Seconds since 1970. */
  readonly now: number;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
};

/** Null for what is a bug of ours. jose looks at the signature first, then at the claims. */
function failureOf(error: unknown, { clockSkewSeconds, now, issuer, audience }: Judged): Failure | null {
  const skewSeconds = clockSkewSeconds;
  if (error instanceof errors.JWTExpired) {
    const expiredBySeconds = Math.round(now - (error.payload.exp ?? 0));
    const detail = `The token expired ${expiredBySeconds} s ago; ${skewSeconds} s of clock skew are allowed.`;
    return { code: 'token_expired', detail, operator: { expiredBySeconds, skewSeconds } };
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, payload, reason } = error;
    if (claim === 'iss' && payload.iss !== undefined)
      return {
        code: 'token_issuer_untrusted',
        detail: `The token was issued by ${quoted(payload.iss)}, not by "${issuer}".`,
        operator: { expectedIssuer: issuer ?? '' },
      };
    if (claim === 'iss')
      return { code: 'token_issuer_untrusted', detail: 'The token names no issuer ("iss").' };
    if (claim === 'aud')
      return {
        code: 'token_audience_mismatch',
        detail:
          payload.aud === undefined
            ? 'The token names no audience ("aud").'
            : `The token is for ${quoted(payload.aud)}, not for "${audience}".`,
        operator: { expectedAudience: audience ?? '' },
      };
    if (claim === 'nbf' && reason === 'check_failed') {
      const validInSeconds = Math.round((payload.nbf ?? 0) - now);
      const detail = `The token becomes valid in ${validInSeconds} s; ${skewSeconds} s of clock skew are allowed.`;
      return {
        code: 'token_not_yet_valid',
        detail,
        retryAfterMs: Math.max(1, validInSeconds - skewSeconds) * 1_000,
        operator: { validInSeconds, skewSeconds },
      };
    }
    return malformedFailure(`has no usable "${claim}"`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return { code: 'token_signature_invalid' };
  if (error instanceof errors.JOSEAlgNotAllowed) return { code: 'token_algorithm_not_allowed' };
  return error instanceof errors.JOSEError ? malformedFailure('is not a JWT that can be verified') : null;
}

function identityOf(
  { sub, role = 'viewer', channels, exp = 0, name, jti }: JWTPayload,
  { digest, clockSkewSeconds }: { readonly digest: string; readonly clockSkewSeconds: number },
): Verified {
  if (sub === undefined || sub === '') return malformed('has no usable "sub"');
  if (!isRole(role)) return malformed(`has the role ${quoted(role)}, which is none of ${ROLES.join(', ')}`);
  if (channels !== undefined && !isListOfText(channels))
    return malformed('has "channels" that are not a list of patterns');
  const id = typeof jti === 'string' ? jti.slice(0, FACT_LENGTH) : digest.slice(0, 16);
  return {
    ok: true,
    identity: {
      user: sub,
      name: typeof name === 'string' ? name.slice(0, FACT_LENGTH) : sub,
      role,
      ...(channels && { channels }),
      credential: 'token',
      credentialId: `t_${id}`,
      expiresAt: (exp + clockSkewSeconds) * 1_000,
    },
  };
}

/** Of the whole token: tells tokens apart and cannot be turned back into one. */
const digestOf = (token: string): string => hash('sha256', token, 'base64url');

const isRole = (value: unknown): value is Role => (ROLES as readonly unknown[]).includes(value);
const isListOfText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const quoted = (value: unknown): string => JSON.stringify(value ?? null).slice(0, FACT_LENGTH);

const malformedFailure = (what: string): Failure => ({
  code: 'credential_malformed',
  detail: `The token ${what}.`,
});
const malformed = (what: string): Verified => ({ ok: false, failure: malformedFailure(what) });
const refused = (code: Failure['code'], more: Omit<Failure, 'code'> = {}) =>
  ({ ok: false, failure: { code, ...more } }) as const;
const withFacts = (failure: Failure, facts: Facts): Verified => ({
  ok: false,
  failure: { ...failure, operator: { ...facts, ...failure.operator } },
});

const NO_KEY: Failure = {
  code: 'token_key_unknown',
  detail: 'No token key is configured on this server, so it can verify no JWT; the token was not judged.',
};
