/** The settings of one gateway, with the sentence that each wrong value gets. */
import { isIP } from 'node:net';
import { ROLES } from '@greenlight/protocol/role';
import { TOKEN_ALGORITHMS } from '@greenlight/server/auth/token-settings';
import { DEFAULT_LIMITS, type Limits } from '@greenlight/server/limits';
import { z } from 'zod';

const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
/** Browsers send scheme, host and port, in lower case, without a default port and without a slash. */
const origin = z.string().superRefine((text, context) => {
  const sent = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text).origin : null;
  if (sent === text) return;
  const message =
    sent === null
      ? `${JSON.stringify(text)} must be an origin such as https://app.example.org`
      : `no browser sends ${JSON.stringify(text)}; its pages send ${sent}`;
  context.addIssue({ code: 'custom', message });
});
const hostName = z.string().regex(/^(?:\*|(?:\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/, {
  error: 'must be names such as greenlight.example.org or *.example.org, without scheme and port',
});
const proxy = z.string().refine(isAddressRange, {
  error: 'must be addresses or ranges such as 10.0.0.7 or 10.0.0.0/8',
});
const limits = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((name) => [name, z.number().int().positive().optional()]),
) as Record<keyof Limits, z.ZodOptional<z.ZodNumber>>;

const channel = z.strictObject({
  pattern: z.string().min(1),
  durability: z.enum(['disk', 'memory']).default('disk'),
  retention: z
    .strictObject({
      maxEvents: z.number().int().positive(),
      maxBytes: z.number().int().positive(),
      maxAgeMs: z.number().int().positive(),
    })
    .partial()
    .optional(),
});

const text = z
  .string({
    error: ({ input }) => (input === undefined ? 'must be set too, beside what is set' : 'must be text'),
  })
  .min(1, 'must not be empty');
const tokens = z.strictObject({
  secret: text.exactOptional(),
  publicKey: text.exactOptional(),
  jwksUrl: text.exactOptional(),
  issuer: text.exactOptional(),
  audience: text.exactOptional(),
  clockSkewSeconds: z.number().int().min(0).exactOptional(),
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1).exactOptional(),
});
/** Files in PEM. */
const tls = z.strictObject({ cert: text, key: text });
const oidc = z.strictObject({
  issuer: text,
  clientId: text,
  clientSecret: text.exactOptional(),
  scope: text.exactOptional(),
  roleClaim: text.exactOptional(),
  roles: z.record(z.string(), z.enum(ROLES)).exactOptional(),
});

/** `greenlight.config.json`. Every key has an environment variable or is a table of its own. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  environment: z.enum(ENVIRONMENTS).default('development'),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(8585),
  data: z.string().min(1).default('.greenlight'),
  /** With both the server speaks TLS itself. */
  tls: tls.optional(),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL such as https://greenlight.example.org' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  allowedHosts: z.array(hostName).optional(),
  allowedOrigins: z.array(origin).optional(),
  trustedProxies: z.array(proxy).default([]),
  roots: z.array(z.string().min(1)).optional(),
  explain: z.enum(['full', 'public']).optional(),
  /** Whose tokens count. */
  tokens: tokens.default({}),
  /** Who signs people in, with OpenID Connect. */
  oidc: oidc.optional(),
  simulatedSignIn: z.strictObject({ secret: text }).optional(),
  limits: z.strictObject(limits).default({} as Record<keyof Limits, undefined>),
  /** What channels keep; the first pattern that covers a channel counts. */
  channels: z.array(channel).default([]),
});
export type Settings = z.infer<typeof settingsSchema>;
export type ChannelSetting = z.infer<typeof channel>;

type Reader = (text: string) => unknown;
const asText: Reader = (text) => text;
const asNumber: Reader = (text) => (/^\d+$/.test(text) ? Number(text) : text);
const asList: Reader = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** A PEM on one line, as many shells and services want it. */
const asKey: Reader = (text) => text.replaceAll(String.raw`\n`, '\n');

export type Variable = {
  /** Dots lead into a table: `tokens.secret`. */
  readonly key: string;
  readonly read: Reader;
};

/** Environment variable → key. The environment wins over the file. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  GREENLIGHT_ENV: { key: 'environment', read: asText },
  HOST: { key: 'host', read: asText },
  PORT: { key: 'port', read: asNumber },
  GREENLIGHT_DATA: { key: 'data', read: asText },
  GREENLIGHT_TLS_CERT: { key: 'tls.cert', read: asText },
  GREENLIGHT_TLS_KEY: { key: 'tls.key', read: asText },
  GREENLIGHT_PUBLIC_URL: { key: 'publicUrl', read: asText },
  GREENLIGHT_ALLOWED_HOSTS: { key: 'allowedHosts', read: asList },
  GREENLIGHT_ALLOWED_ORIGINS: { key: 'allowedOrigins', read: asList },
  GREENLIGHT_TRUSTED_PROXIES: { key: 'trustedProxies', read: asList },
  GREENLIGHT_ROOTS: { key: 'roots', read: asList },
  GREENLIGHT_EXPLAIN: { key: 'explain', read: asText },
  GREENLIGHT_JWT_SECRET: { key: 'tokens.secret', read: asText },
  GREENLIGHT_JWT_PUBLIC_KEY: { key: 'tokens.publicKey', read: asKey },
  GREENLIGHT_JWKS_URL: { key: 'tokens.jwksUrl', read: asText },
  GREENLIGHT_JWT_ISSUER: { key: 'tokens.issuer', read: asText },
  GREENLIGHT_JWT_AUDIENCE: { key: 'tokens.audience', read: asText },
  GREENLIGHT_OIDC_ISSUER: { key: 'oidc.issuer', read: asText },
  GREENLIGHT_OIDC_CLIENT_ID: { key: 'oidc.clientId', read: asText },
  GREENLIGHT_OIDC_CLIENT_SECRET: { key: 'oidc.clientSecret', read: asText },
  GREENLIGHT_SIMULATED_SECRET: { key: 'simulatedSignIn.secret', read: asText },
};

/** Never shown. */
export const SECRETS: readonly string[] = ['tokens.secret', 'oidc.clientSecret', 'simulatedSignIn.secret'];

/** Settings of the contract that this version cannot honour. Ignoring one silently would be worse than not starting. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  GREENLIGHT_DATABASE_URL: 'keeps its log in SQLite only',
  GREENLIGHT_REDIS_URL: 'runs on one node only',
  GREENLIGHT_MODEL_URL: 'does not run agents yet',
};

/** What `BlockList` takes: an address, or one with a prefix. */
function isAddressRange(text: string): boolean {
  const [address = '', prefix] = text.split('/');
  const family = isIP(address);
  if (family === 0 || text.split('/').length > 2) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}
