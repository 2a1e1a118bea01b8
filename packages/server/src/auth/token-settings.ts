/** Whose tokens count here, and what is wrong with settings that cannot work. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { weakSecret } from './weak-secret.ts';

/** RFC 7518 section 3.1 and RFC 8037 section 3.1; `EdDSA` with Ed25519. */
export const TOKEN_ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

export type TokenSettings = {
  /** For HS256; at least 32 bytes. */
  readonly secret?: string;
  /** PEM or one JWK as JSON. Not beside `jwksUrl`. */
  readonly publicKey?: string;
  /** Where the issuer publishes its keys (RFC 7517 section 5): https, or http on this machine. */
  readonly jwksUrl?: string;
  /** What `iss` must be. Absent: any issuer that has the key. */
  readonly issuer?: string;
  /** What `aud` must name. Absent: not looked at. */
  readonly audience?: string;
  /** How far the clocks of issuer and server may be apart, seconds. Default 60. */
  readonly clockSkewSeconds?: number;
  /** Accepted ones. Default: all that the configured keys are good for. */
  readonly algorithms?: readonly TokenAlgorithm[];
};

export const DEFAULT_CLOCK_SKEW_SECONDS = 60;
const PUBLISHED_KEYS: readonly TokenAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];
const MIN_RSA_BITS = 2_048;

export type StaticKey = {
  readonly key: KeyObject;
  readonly algorithm: TokenAlgorithm;
  readonly kid: string | null;
};
export type ReadKey =
  | { readonly ok: true; readonly value: StaticKey }
  /** One sentence. */
  | { readonly ok: false; readonly problem: string };

const wrong = (problem: string): ReadKey => ({ ok: false, problem });

/** PEM (RFC 7468) or a JWK (RFC 7517) as JSON. */
export function readPublicKey(text: string): ReadKey {
  // `createPublicKey` would derive the public half, and the private one would go on standing in the settings.
  if (/PRIVATE KEY/.test(text) || /"d"\s*:/.test(text))
    return wrong('The token key is a private key; give this server the public one only.');
  try {
    const jwk = text.trimStart().startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : null;
    const key = createPublicKey(jwk ? { key: jwk, format: 'jwk' } : text);
    const algorithm = algorithmOf(key);
    if (!algorithm)
      return wrong(`The token key must be RSA of ${MIN_RSA_BITS} bits or more, EC on P-256, or Ed25519.`);
    const kid = jwk?.['kid'];
    return { ok: true, value: { key, algorithm, kid: typeof kid === 'string' ? kid : null } };
  } catch {
    return wrong('The token key is neither a public key in PEM nor a JWK.');
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): TokenAlgorithm | null {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return 'RS256';
  if (asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : null;
}

/** What the configured keys can verify, whatever is allowed. */
export function verifiableAlgorithms({
  secret,
  publicKey,
  jwksUrl,
}: TokenSettings): readonly TokenAlgorithm[] {
  const read = publicKey === undefined ? null : readPublicKey(publicKey);
  return TOKEN_ALGORITHMS.filter(
    (algorithm) =>
      (algorithm === 'HS256' && secret !== undefined) ||
      (read?.ok && read.value.algorithm === algorithm) ||
      (jwksUrl !== undefined && PUBLISHED_KEYS.includes(algorithm)),
  );
}

/** One sentence for each thing that cannot work; none with settings that can. */
export function tokenSettingsProblems(settings: TokenSettings): readonly string[] {
  const { secret, publicKey, jwksUrl, algorithms = [], issuer, audience } = settings;
  const problems: string[] = [];
  const weak = secret === undefined ? null : weakSecret(secret);
  if (weak !== null) problems.push(`The token secret ${weak}.`);
  const read = publicKey === undefined ? null : readPublicKey(publicKey);
  if (read && !read.ok) problems.push(read.problem);
  if (publicKey !== undefined && jwksUrl !== undefined)
    problems.push(
      'There are both a token key and a JWKS URL; keep one, so that it is clear which key counts.',
    );
  if (jwksUrl !== undefined && !isSafeUrl(jwksUrl))
    problems.push('The JWKS URL must be https; whoever can change keys on the way can forge every token.');
  const verifiable = verifiableAlgorithms(settings);
  for (const algorithm of algorithms)
    if (!verifiable.includes(algorithm))
      problems.push(`The algorithm ${algorithm} is allowed, but no configured key can verify it.`);
  if (verifiable.length === 0 && (issuer !== undefined || audience !== undefined) && problems.length === 0)
    problems.push('A token issuer or audience is set, but no secret, key or JWKS URL to verify tokens with.');
  return problems;
}

/** https, or http that does not leave this machine. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
