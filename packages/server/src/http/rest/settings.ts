/** What is in force: the ways to sign in for everybody, all settings that are no secret for operators. */
import { createRoute, z } from '@hono/zod-openapi';
import { type IdentityFacts, TOKEN_KEYS } from '../../auth/identity-facts.ts';
import { TOKEN_ALGORITHMS } from '../../auth/token-settings.ts';
import type { ServerInfo } from '../../info.ts';
import { DEFAULT_LIMITS, type Limits } from '../../limits.ts';
import type { ServerSettings, Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { role } from '../schemas/basics.ts';
import { problemResponse } from '../schemas/problem.ts';

export type SignInMethods = {
  /** Accounts with passwords. */
  readonly password: boolean;
  readonly oidc: { readonly issuer: string } | null;
  readonly simulated: boolean;
};

export type SettingsInForce = Omit<ServerSettings, 'port'> &
  IdentityFacts & { readonly environment: ServerInfo['environment']; readonly limits: Limits };

const signInMethods: z.ZodType<SignInMethods> = z
  .object({
    password: z.boolean(),
    oidc: z.object({ issuer: z.string() }).nullable(),
    simulated: z.boolean().openapi({ description: 'Never true in production.' }),
  })
  .openapi('SignInMethods');

const tokens = z.object({
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)),
  keys: z.array(z.enum(TOKEN_KEYS)).openapi({ description: 'What tokens are verified with.' }),
  jwksUrl: z.string().nullable().openapi({ description: 'Without its query.' }),
  issuer: z.string().nullable().openapi({ description: 'Null: any issuer that has the key.' }),
  audience: z.string().nullable().openapi({ description: 'Null: not looked at.' }),
  clockSkewSeconds: z.number(),
});

const oidc = z.object({
  issuer: z.string(),
  clientId: z.string(),
  scope: z.string(),
  roleClaim: z.string(),
  roles: z
    .record(z.string(), role)
    .nullable()
    .openapi({ description: "From values of the claim to roles. Null: the roles' own names." }),
  callback: z.string().openapi({ description: 'What has to be registered with the provider.' }),
});

const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
const limits: z.ZodType<Limits> = z.object(
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, z.number()])) as Record<keyof Limits, z.ZodNumber>,
);

const settingsInForce: z.ZodType<SettingsInForce> = z
  .object({
    environment: z.enum(['development', 'staging', 'production']),
    publicUrl: z.string(),
    allowedOrigins: z.array(z.string()),
    allowedHosts: z.array(z.string()),
    explain: z.enum(['full', 'public']),
    trustedProxies: z.array(z.string()),
    tokens: tokens.nullable().openapi({ description: 'Null: no tokens count.' }),
    oidc: oidc.nullable().openapi({ description: 'Null: nobody signs in with OpenID Connect.' }),
    simulated: z.boolean(),
    limits,
  })
  .openapi('Settings');

const methods = createRoute({
  method: 'get',
  path: '/api/v1/auth/methods',
  tags: ['Authentication'],
  summary: 'How can people sign in here?',
  description: 'For sign-in pages.',
  security: [],
  responses: {
    200: { description: 'The ways.', content: { 'application/json': { schema: signInMethods } } },
    default: problemResponse,
  },
});

const settings = createRoute({
  method: 'get',
  path: '/api/v1/settings',
  tags: ['Operations'],
  summary: 'Which settings are in force?',
  description: 'For operators. No secret is among them, and of keys only where they come from.',
  responses: {
    200: {
      description: 'As this node was started.',
      content: { 'application/json': { schema: settingsInForce } },
    },
    default: problemResponse,
  },
});

export function addSettingsRoutes(
  api: Api,
  { info, limits, identityFacts, settings: { port: _port, ...inForce } }: Services,
): void {
  const { oidc, simulated } = identityFacts;
  const ways: SignInMethods = { password: true, oidc: oidc && { issuer: oidc.issuer }, simulated };
  api.openapi(methods, (c) => c.json(ways, 200));

  const all: SettingsInForce = { environment: info.environment, ...inForce, ...identityFacts, limits };
  api.openapi(settings, (c) => c.json(all, 200));
}
