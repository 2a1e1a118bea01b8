/** What may be told of the settings about who counts as whom: everything but the secrets. */
import type { Role } from '@greenlight/protocol/role';
import type { IdentitySettings } from './identity-settings.ts';
import { DEFAULT_ROLE_CLAIM, DEFAULT_SCOPE, OIDC_CALLBACK, type OidcSettings } from './oidc.ts';
import {
  DEFAULT_CLOCK_SKEW_SECONDS,
  type TokenAlgorithm,
  type TokenSettings,
  verifiableAlgorithms,
} from './token-settings.ts';

export const TOKEN_KEYS = ['secret', 'public_key', 'jwks'] as const;

export type TokenFacts = {
  readonly algorithms: readonly TokenAlgorithm[];
  /** Where the keys come from that tokens are verified with. */
  readonly keys: readonly (typeof TOKEN_KEYS)[number][];
  /** Without query, which some providers put a key into. */
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly clockSkewSeconds: number;
};

export type OidcFacts = {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly roleClaim: string;
  /** Null: the provider's values are the names of the roles themselves. */
  readonly roles: Readonly<Record<string, Role>> | null;
  /** What has to be registered with the provider. */
  readonly callback: string;
};

export type IdentityFacts = {
  /** Null: no tokens count. */
  readonly tokens: TokenFacts | null;
  /** Null: nobody signs in with OpenID Connect. */
  readonly oidc: OidcFacts | null;
  readonly simulated: boolean;
};

export const identityFacts = (
  { tokens = {}, oidc, simulatedSignIn }: IdentitySettings,
  publicUrl: string,
): IdentityFacts => ({
  tokens: tokenFacts(tokens),
  oidc: oidc ? oidcFacts(oidc, publicUrl) : null,
  simulated: simulatedSignIn !== undefined,
});

function tokenFacts(settings: TokenSettings): TokenFacts | null {
  const { secret, publicKey, jwksUrl, issuer = null, audience = null } = settings;
  const verifiable = verifiableAlgorithms(settings);
  if (verifiable.length === 0) return null;
  return {
    algorithms: settings.algorithms ?? verifiable,
    keys: TOKEN_KEYS.filter((key) => ({ secret, public_key: publicKey, jwks: jwksUrl })[key] !== undefined),
    jwksUrl: jwksUrl === undefined ? null : bare(jwksUrl),
    issuer,
    audience,
    clockSkewSeconds: settings.clockSkewSeconds ?? DEFAULT_CLOCK_SKEW_SECONDS,
  };
}

const oidcFacts = (
  { issuer, clientId, scope = DEFAULT_SCOPE, roleClaim = DEFAULT_ROLE_CLAIM, roles }: OidcSettings,
  publicUrl: string,
): OidcFacts => ({
  issuer: bare(issuer),
  clientId,
  scope,
  roleClaim,
  roles: roles ?? null,
  callback: publicUrl + OIDC_CALLBACK,
});

/** Of a URL the parts that never carry a credential; as it was written where that is all of it. */
function bare(text: string): string {
  const url = new URL(text);
  const { username, password, search, hash } = url;
  if (username + password + search + hash === '') return text;
  return Object.assign(url, { username: '', password: '', search: '', hash: '' }).href;
}
