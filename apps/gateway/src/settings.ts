/** The settings of one gateway, with the sentence that each wrong value gets. */
import { DEFAULT_LIMITS, type Limits } from '@greenlight/server/limits';
import { z } from 'zod';

const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be an origin such as https://app.example.org, without a path',
  );
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

/** `greenlight.config.json`. Every key has an environment variable or is a table of its own. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  environment: z.enum(ENVIRONMENTS).default('development'),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(8585),
  data: z.string().min(1).default('.greenlight'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL such as https://greenlight.example.org' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  allowedHosts: z.array(z.string().min(1)).optional(),
  allowedOrigins: z.array(origin).optional(),
  trustedProxies: z.array(z.string().min(1)).default([]),
  roots: z.array(z.string().min(1)).optional(),
  explain: z.enum(['full', 'public']).optional(),
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

/** Environment variable → key. The environment wins over the file. */
export const VARIABLES: Readonly<Record<string, { key: keyof Settings; read: Reader }>> = {
  GREENLIGHT_ENV: { key: 'environment', read: asText },
  HOST: { key: 'host', read: asText },
  PORT: { key: 'port', read: asNumber },
  GREENLIGHT_DATA: { key: 'data', read: asText },
  GREENLIGHT_PUBLIC_URL: { key: 'publicUrl', read: asText },
  GREENLIGHT_ALLOWED_HOSTS: { key: 'allowedHosts', read: asList },
  GREENLIGHT_ALLOWED_ORIGINS: { key: 'allowedOrigins', read: asList },
  GREENLIGHT_TRUSTED_PROXIES: { key: 'trustedProxies', read: asList },
  GREENLIGHT_ROOTS: { key: 'roots', read: asList },
  GREENLIGHT_EXPLAIN: { key: 'explain', read: asText },
};

/** Settings of the contract that this version cannot honour. Ignoring one silently would be worse than not starting. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  GREENLIGHT_JWT_SECRET: 'does not verify tokens yet; it takes API keys, tickets and sessions',
  GREENLIGHT_JWT_PUBLIC_KEY: 'does not verify tokens yet; it takes API keys, tickets and sessions',
  GREENLIGHT_JWKS_URL: 'does not verify tokens yet; it takes API keys, tickets and sessions',
  GREENLIGHT_DATABASE_URL: 'keeps its log in SQLite only',
  GREENLIGHT_REDIS_URL: 'runs on one node only',
  GREENLIGHT_MODEL_URL: 'does not run agents yet',
};
