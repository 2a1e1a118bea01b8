/**
 * Signing in with OpenID Connect: authorization code (OpenID Connect Core section 3.1) with PKCE (RFC 7636). What was
 * begun is tied to the browser by a cookie, and only what is worthless without that cookie is kept here.
 */
import type { Identity } from '@greenlight/handshake/identity';
import type { Log } from '@greenlight/log/log';
import { type Role, ROLES } from '@greenlight/protocol/role';
import type * as OpenIdClient from 'openid-client';
import { addAccount, changeAccount, readAccount, type StoredAccount } from './account.ts';
import type { AccountFailure } from './accounts.ts';
import { createOneTimeSecrets } from './one-time.ts';
import { digestOf, newSecret } from './secret.ts';
import type { Sessions } from './sessions.ts';
import { isSafeUrl } from './token-settings.ts';

export type OidcSettings = {
  /** As the provider writes it; its configuration is found below it (OpenID Connect Discovery section 4). */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, which PKCE protects. */
  readonly clientSecret?: string;
  /** Default `openid profile`. */
  readonly scope?: string;
  /** The claim of the ID token that says the role: text or a list. Default `role`. */
  readonly roleClaim?: string;
  /** From values of that claim to roles. Default: the names of the roles themselves. */
  readonly roles?: Readonly<Record<string, Role>>;
};

export type Begun =
  /** Send the browser to `location` with the cookie. */
  | { readonly ok: true; readonly location: string; readonly cookie: string }
  | { readonly ok: false; readonly failure: AccountFailure };
export type Finished =
  | { readonly ok: true; readonly secret: string; readonly identity: Identity; readonly returnTo: string }
  | { readonly ok: false; readonly failure: AccountFailure };

export interface Oidc {
  begin(returnTo: string | null): Promise<Begun>;
  /** With the query that the browser brought back and the value of the cookie. */
  finish(query: URLSearchParams, cookie: string | null): Promise<Finished>;
  readonly cookieName: string;
  /** `Set-Cookie` values. */
  cookie(value: string, secure: boolean): string;
  clearedCookie(secure: boolean): string;
}

export type OidcOptions = {
  readonly settings: OidcSettings;
  readonly publicUrl: string;
  readonly port: number;
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly sessions: Pick<Sessions, 'open'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

export const OIDC_CALLBACK = '/api/v1/auth/oidc/callback';
export const DEFAULT_SCOPE = 'openid profile';
export const DEFAULT_ROLE_CLAIM = 'role';
const HOME = '/dashboard/';
const BEGUN_MINUTES = 10;
const TIMEOUT_SECONDS = 5;
/** Most rights first: of several values the first one here counts. `service` is for programs. */
const RANKED: readonly Role[] = ['admin', 'operator', 'reviewer', 'viewer'];

export function createOidc({ settings, publicUrl, port, log, sessions, clock }: OidcOptions): Oidc {
  const redirectUri = `${publicUrl}${OIDC_CALLBACK}`;
  const begun = createOneTimeSecrets<{ readonly returnTo: string }>({
    log,
    clock,
    collection: 'oidc_sign_ins',
    lifeMs: BEGUN_MINUTES * 60_000,
  });
  let discovered: Promise<OpenIdClient.Configuration> | null = null;

  /** Once; a failure is not kept. */
  function provider(client: Client): Promise<OpenIdClient.Configuration> {
    discovered ??= discover(client, settings).catch((error: unknown) => {
      discovered = null;
      throw error;
    });
    return discovered;
  }

  const cookieName = `greenlight_${port}_oidc`;
  const setCookie = (value: string, maxAge: number, secure: boolean): string =>
    `${cookieName}=${value}; Path=/api/v1/auth/oidc; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  async function signIn(claims: OpenIdClient.IDToken, returnTo: string): Promise<Finished> {
    const account = await accountOf(claims);
    if (!account) {
      const detail = `"${claims.sub}" has an account here that does not belong to the identity provider.`;
      const fix =
        'Sign in with the password of that account, or have an administrator give this person another name at the identity provider: an account with a password is never taken over.';
      return { ok: false, failure: { code: 'state_conflict', detail, fix } };
    }
    if (account.state === 'disabled') return { ok: false, failure: { code: 'account_disabled' } };
    const { user, name, role } = account;
    return { ok: true, ...(await sessions.open({ user, name, role })), returnTo };
  }

  /** Makes the account at the first sign-in and follows the provider's role afterwards. Null: the name is taken. */
  async function accountOf({ sub, ...claims }: OpenIdClient.IDToken): Promise<StoredAccount | null> {
    const now = new Date(clock()).toISOString();
    const role = roleOf(claims[settings.roleClaim ?? DEFAULT_ROLE_CLAIM], settings.roles);
    const name = typeof claims['name'] === 'string' ? claims['name'].slice(0, 200) : sub;
    const { issuer } = settings;
    const account: StoredAccount = {
      user: sub,
      name,
      role: role ?? 'viewer',
      state: 'active',
      mustChangePassword: false,
      issuer,
      createdAt: now,
      createdBy: issuer,
      changedAt: now,
      password: null,
    };
    if (!(await readAccount(log, sub)) && (await addAccount(log, account))) return account;
    return changeAccount(log, sub, {
      by: issuer,
      to: (stored) =>
        stored.issuer === issuer && stored.user === sub
          ? { ...stored, name, ...(role && { role }), changedAt: now }
          : null,
    });
  }

  return {
    async begin(returnTo) {
      const client = await openIdClient();
      try {
        const configuration = await provider(client);
        const minted = await begun.mint({ returnTo: localPath(returnTo) }, 'oidc');
        if (!minted.ok) throw new Error('Sign-ins have no limit in number, yet one was reached.');
        const verifier = newSecret();
        const location = client.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: settings.scope ?? DEFAULT_SCOPE,
          state: minted.secret,
          nonce: nonceOf(verifier),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
        return { ok: true, location: location.href, cookie: `${minted.secret}.${verifier}` };
      } catch (error) {
        if (isUnreachable(error)) return { ok: false, failure: unreachable(settings) };
        throw error;
      }
    },

    async finish(query, cookie) {
      const [state = '', verifier = ''] = cookie?.split('.') ?? [];
      if (state === '' || query.get('state') !== state) return NOT_BEGUN;
      const spent = await begun.spend(state);
      if (spent.state !== 'spent') return NOT_BEGUN;
      const client = await openIdClient();
      try {
        const tokens = await client.authorizationCodeGrant(
          await provider(client),
          new URL(`${redirectUri}?${query.toString()}`),
          {
            expectedState: state,
            expectedNonce: nonceOf(verifier),
            pkceCodeVerifier: verifier,
            idTokenExpected: true,
          },
        );
        const claims = tokens.claims();
        if (!claims) throw new Error('An ID token was required, yet none came.');
        return await signIn(claims, spent.value.returnTo);
      } catch (error) {
        if (isUnreachable(error)) return { ok: false, failure: unreachable(settings) };
        const detail = deniedBy(client, error);
        if (detail === null) throw error;
        return { ok: false, failure: { code: 'credential_invalid', detail } };
      }
    },

    cookieName,
    cookie: (value, secure) => setCookie(value, BEGUN_MINUTES * 60, secure),
    clearedCookie: (secure) => setCookie('', 0, secure),
  };
}

type Client = typeof OpenIdClient;
/** Loaded where somebody signs in with it: most servers start without a provider. */
const openIdClient = (): Promise<Client> => import('openid-client');

/** One sentence for each setting that cannot work. */
export function oidcProblems({ issuer, clientId, roles = {} }: OidcSettings): readonly string[] {
  const problems: string[] = [];
  if (!isSafeUrl(issuer)) problems.push('The OpenID Connect issuer must be an https URL.');
  if (clientId === '') problems.push('The OpenID Connect client id is empty.');
  for (const [value, role] of Object.entries(roles))
    if (!ROLES.includes(role))
      problems.push(`The role ${JSON.stringify(value)} is mapped to is no role here.`);
  return problems;
}

function discover(
  client: Client,
  { issuer, clientId, clientSecret }: OidcSettings,
): Promise<OpenIdClient.Configuration> {
  const url = new URL(issuer);
  // Deprecated to be seen; `isSafeUrl` has let plain http through for this machine only.
  // oxlint-disable-next-line typescript/no-deprecated
  const insecure = url.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  const authentication = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
  return client.discovery(url, clientId, clientSecret, authentication, {
    timeout: TIMEOUT_SECONDS,
    execute: [...insecure, client.enableNonRepudiationChecks],
  });
}

/** Derived, so that the cookie need not carry it. */
const nonceOf = (verifier: string): string => digestOf(`nonce ${verifier}`);

/** Only pages of the dashboard: a sign-in must not lead to somebody else's site. */
const localPath = (wanted: string | null): string =>
  wanted !== null && /^\/dashboard\/[\w\-./?=&%#]*$/.test(wanted) && !wanted.includes('//') ? wanted : HOME;

/** Null when the claim names no role. */
function roleOf(claim: unknown, roles: OidcSettings['roles']): Role | null {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const named = values.flatMap((value) =>
    typeof value === 'string' ? [roles ? roles[value] : RANKED.find((role) => role === value)] : [],
  );
  return RANKED.find((role) => named.includes(role)) ?? null;
}

const unreachable = ({ issuer }: OidcSettings): AccountFailure => ({
  code: 'identity_provider_unreachable',
  detail: `The identity provider at ${new URL(issuer).host} cannot be reached.`,
});
const NOT_BEGUN: Finished = {
  ok: false,
  failure: {
    code: 'credential_invalid',
    detail: `This sign-in was not begun in this browser within the last ${BEGUN_MINUTES} minutes. Begin again.`,
  },
};

/** The provider said no, or said something that does not hold; null for a bug of ours. */
function deniedBy(client: Client, error: unknown): string | null {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return `The identity provider refused: ${error.error.slice(0, 100)}.`;
  return error instanceof client.ClientError
    ? `The answer of the identity provider does not hold: ${error.message}.`
    : null;
}

function isUnreachable(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code = '' } = cause as { code?: unknown };
    if (cause.name === 'TimeoutError' || code === 'OAUTH_TIMEOUT') return true;
    if (cause instanceof TypeError && cause.message === 'fetch failed') return true;
    if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON') return true;
  }
  return false;
}
