/** Each setting in force in words: what it is, what it does to security, and how it is changed. Pure. */
import type { SettingsInForce } from '../../data/settings.ts';

export type SettingRow = {
  readonly name: string;
  /** One line each; none at all is said as such. */
  readonly values: readonly string[];
  readonly does: string;
  /** Environment variables; none where only the file has it. */
  readonly variables: readonly string[];
  /** Keys of the configuration file. */
  readonly keys: readonly string[];
};

export function settingRows(settings: SettingsInForce): readonly SettingRow[] {
  const { environment, publicUrl, allowedOrigins, allowedHosts, explain, trustedProxies, simulated } =
    settings;
  return [
    {
      name: 'Environment',
      values: [environment],
      does: 'Production prints no sign-in link, keeps no key in the data folder, and refuses to start with what is for tests.',
      variables: ['GREENLIGHT_ENV'],
      keys: ['environment'],
    },
    {
      name: 'Public URL',
      values: [publicUrl],
      does: 'What pages and people reach this server by; providers send people back to it.',
      variables: ['GREENLIGHT_PUBLIC_URL'],
      keys: ['publicUrl'],
    },
    {
      name: 'Allowed origins',
      values: allowedOrigins,
      does: 'Pages of other origins are turned away, so that none of them acts with somebody’s session.',
      variables: ['GREENLIGHT_ALLOWED_ORIGINS'],
      keys: ['allowedOrigins'],
    },
    {
      name: 'Allowed hosts',
      values: allowedHosts,
      does: 'Requests by other names are turned away, so that no foreign name can be made to point here.',
      variables: ['GREENLIGHT_ALLOWED_HOSTS'],
      keys: ['allowedHosts'],
    },
    {
      name: 'Explanations',
      values: [explain],
      does: 'How much a refusal tells its caller. "public" keeps to the code and the fix; operators see all of it either way.',
      variables: ['GREENLIGHT_EXPLAIN'],
      keys: ['explain'],
    },
    {
      name: 'Trusted proxies',
      values: trustedProxies,
      does: 'Only their X-Forwarded headers count; whoever is trusted here can claim any address.',
      variables: ['GREENLIGHT_TRUSTED_PROXIES'],
      keys: ['trustedProxies'],
    },
    tokenRow(settings),
    providerRow(settings),
    {
      name: 'Simulated sign-in',
      values: simulated ? ['on: for tests only'] : [],
      does: 'Lets tests in as anybody, marked on each page and in each event. It cannot be in production.',
      variables: ['GREENLIGHT_SIMULATED_SECRET'],
      keys: ['simulatedSignIn.secret'],
    },
  ];
}

const KEYS: Readonly<Record<string, string>> = {
  secret: 'a shared secret',
  public_key: 'a public key',
  jwks: 'published keys',
};

const tokenRow = ({ tokens }: SettingsInForce): SettingRow => ({
  name: 'Tokens',
  values: tokens
    ? [
        `${tokens.algorithms.join(', ')} with ${tokens.keys.map((key) => KEYS[key] ?? key).join(' and ')}`,
        ...(tokens.jwksUrl === null ? [] : [`keys from ${tokens.jwksUrl}`]),
        `issuer ${tokens.issuer ?? 'any that has the key'}`,
        `audience ${tokens.audience ?? 'not looked at'}`,
        `clocks may be ${tokens.clockSkewSeconds} s apart`,
      ]
    : [],
  does: 'Whoever holds the issuer’s key decides who gets in, and as what. Without an audience a token for another service counts here too.',
  variables: [
    'GREENLIGHT_JWT_SECRET',
    'GREENLIGHT_JWT_PUBLIC_KEY',
    'GREENLIGHT_JWKS_URL',
    'GREENLIGHT_JWT_ISSUER',
    'GREENLIGHT_JWT_AUDIENCE',
  ],
  keys: ['tokens'],
});

const providerRow = ({ oidc }: SettingsInForce): SettingRow => ({
  name: 'Identity provider',
  values: oidc
    ? [
        oidc.issuer,
        `client ${oidc.clientId}`,
        `asks for ${oidc.scope}`,
        `sends people back to ${oidc.callback}`,
        `role from the claim "${oidc.roleClaim}"${
          oidc.roles === null
            ? ''
            : `: ${Object.entries(oidc.roles)
                .map(([value, role]) => `${value} is ${role}`)
                .join(', ')}`
        }`,
      ]
    : [],
  does: 'Whoever it signs in gets the role that it names, else viewer. It never opens an account that has a password here.',
  variables: ['GREENLIGHT_OIDC_ISSUER', 'GREENLIGHT_OIDC_CLIENT_ID', 'GREENLIGHT_OIDC_CLIENT_SECRET'],
  keys: ['oidc'],
});
