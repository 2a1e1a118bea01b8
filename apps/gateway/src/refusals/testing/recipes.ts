/**
 * How to provoke each refusal on each transport, or the sentence that says why it cannot occur there. Both tests and
 * docs/refusals.md are generated from this table; a code without a row does not compile.
 */
import type { RefusalCode } from '@greenlight/protocol/codes';
import type { Transport } from '@greenlight/protocol/transport';
import type { TestNode } from '@greenlight/server/http/testing/start-node';
import type { Bench, Condition } from './bench.ts';

export type Credential = {
  readonly kind: 'bearer' | 'ticket' | 'session';
  readonly secret: string;
};

/** What a client sends, where it differs from a request that would be let in on its transport but for the credential. */
export type Provocation = {
  /** Default `plain`. */
  readonly on?: Condition;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly credential?: Credential;
  /** The name by which the server is reached. */
  readonly hostname?: string;
  /** An Origin also from observers that send none of their own accord. */
  readonly fromPage?: true;
  /** WebSocket only; default `greenlight.v1` of clients that speak the protocol. */
  readonly subprotocols?: readonly string[];
  /** Of a WebSocket address asked without an upgrade. */
  readonly plain?: true;
  /** Headers beside these, which only clients that write them themselves can send; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
};

export type Provoke = (bench: Bench) => Promise<Provocation> | Provocation;
/** Text: why it cannot occur on this transport. */
export type Recipe = Readonly<Record<Transport, Provoke | string>>;

const everywhere = (provoke: Provoke): Recipe => ({
  websocket: provoke,
  sse: provoke,
  'long-poll': provoke,
  rest: provoke,
});
const webSocketOnly = (provoke: Provoke, otherwise: string): Recipe => ({
  websocket: provoke,
  sse: otherwise,
  'long-poll': otherwise,
  rest: otherwise,
});

const bearer = (secret: string): Credential => ({ kind: 'bearer', secret });
const ticket = (secret: string): Credential => ({ kind: 'ticket', secret });

/** With a token that carries these claims. */
const claiming = (claims: () => Parameters<Bench['sign']>[0]): Recipe =>
  everywhere(async ({ sign }) => ({ credential: bearer(await sign(claims())) }));

const now = (): number => Math.floor(Date.now() / 1_000);

const onlyWebSockets = 'Only a WebSocket handshake has this part.';
const noOtherPath = 'A path that nothing is served at belongs to no transport; it is counted as rest.';
const noConnection =
  'A request that does not stay open takes no place, and is answered until the last socket closes.';

/** A credential that is good on `node`. */
const goodOn = async (node: TestNode): Promise<Credential> => bearer(await node.key('viewer'));

const knocking =
  (on: Condition): Provoke =>
  async (bench) => ({ on, credential: await goodOn(await bench.node(on)) });

const FORBIDDEN = '$SYS:handshakes';
const UNKNOWN_RUN = `wf_${'0'.repeat(20)}`;

const aboutRun =
  (provoke: () => Provocation): Provoke =>
  async (bench) => ({ ...provoke(), credential: await goodOn(await bench.node('plain')) });

/** Signs in through an account made for it; what happens to the account is up to `then`. */
async function sessionOf(
  node: TestNode,
  user: string,
  then: (node: TestNode) => Promise<unknown>,
): Promise<Credential> {
  const { secret } = await node.services.sessions.open({ user, name: user, role: 'viewer' });
  await then(node);
  return { kind: 'session', secret };
}

export const RECIPES = {
  malformed_request: {
    websocket: () => ({ subprotocols: ['greenlight.v1', 'greenlight.v1'] }),
    sse: () => ({ headers: { Host: 'two hosts' } }),
    'long-poll': () => ({ headers: { Host: 'two hosts' } }),
    rest: () => ({ headers: { Host: 'two hosts' } }),
  },
  method_not_allowed: everywhere(() => ({ method: 'POST' })),
  upgrade_required: webSocketOnly(() => ({ plain: true }), 'Only WebSocket addresses ask for an upgrade.'),
  bad_websocket_key: webSocketOnly(() => ({ headers: { 'Sec-WebSocket-Key': 'short' } }), onlyWebSockets),
  unsupported_websocket_version: webSocketOnly(
    () => ({ headers: { 'Sec-WebSocket-Version': '8' } }),
    onlyWebSockets,
  ),
  header_too_large: everywhere(() => ({ query: { padding: 'a'.repeat(20_000) } })),
  host_not_allowed: everywhere(() => ({ hostname: 'rebound.example' })),
  route_not_found: {
    websocket: () => ({ path: '/ws/' }),
    sse: noOtherPath,
    'long-poll': noOtherPath,
    rest: () => ({ path: '/api/v1/nowhere' }),
  },
  origin_not_allowed: everywhere(() => ({ on: 'stern', fromPage: true })),
  subprotocol_not_supported: webSocketOnly(() => ({ subprotocols: ['graphql-ws'] }), onlyWebSockets),
  rate_limited: everywhere(() => ({ on: 'limited' })),
  credential_missing: {
    // Where `greenlight.v1` may be offered a credential may still follow, in the first frame.
    ...everywhere(() => ({})),
    websocket: () => ({ path: '/ws/orders' }),
  },
  credential_in_url: everywhere(() => ({ query: { token: 'not-to-be-here' } })),
  credential_malformed: everywhere(() => ({ credential: bearer('$TOKEN') })),
  token_expired: claiming(() => ({ exp: now() - 3_600 })),
  token_not_yet_valid: claiming(() => ({ nbf: now() + 3_000 })),
  token_signature_invalid: everywhere(async ({ sign }) => {
    const [header, payload] = (await sign()).split('.');
    const [, , signature] = (await sign({ sub: 'somebody-else' })).split('.');
    return { credential: bearer(`${header}.${payload}.${signature}`) };
  }),
  token_key_unknown: everywhere(async ({ sign }) => ({ on: 'keyless', credential: bearer(await sign()) })),
  token_algorithm_not_allowed: everywhere(async ({ stranger }) => ({
    credential: bearer(await stranger.sign()),
  })),
  token_issuer_untrusted: claiming(() => ({ iss: 'https://id.elsewhere.example' })),
  token_audience_mismatch: claiming(() => ({ aud: 'another-service' })),
  ticket_unknown: everywhere(() => ({ credential: ticket('nobody-made-this-one') })),
  ticket_expired: everywhere(async (bench) => {
    const secret = await ticketOn(await bench.node('late'));
    bench.advance(31_000);
    return { on: 'late', credential: ticket(secret) };
  }),
  ticket_already_used: everywhere(async (bench) => {
    const node = await bench.node('plain');
    const secret = await ticketOn(node);
    const first = await node.call('GET', `/api/v1/auth/me?ticket=${secret}`);
    if (first.status !== 200) throw new Error(`The first use was refused: ${first.text}`);
    return { credential: ticket(secret) };
  }),
  ticket_origin_mismatch: everywhere(async (bench) => ({
    credential: ticket(await ticketOn(await bench.node('plain'), 'https://elsewhere.example')),
  })),
  api_key_unknown: everywhere(() => ({ credential: bearer('gl_nobody_made-this-one') })),
  api_key_revoked: everywhere(async (bench) => {
    const { apiKeys } = (await bench.node('plain')).services;
    const { key, info } = await apiKeys.create({ name: 'revoked', role: 'viewer', createdBy: 'matrix' });
    await apiKeys.revoke(info.id);
    return { credential: bearer(key) };
  }),
  session_expired: everywhere(() => ({
    credential: { kind: 'session', secret: 'long-gone' },
    fromPage: true,
  })),
  account_disabled: everywhere(async (bench) => ({
    credential: await sessionOf(await bench.node('plain'), 'dismissed', async ({ services }) => {
      await services.accounts.create({
        user: 'dismissed',
        role: 'viewer',
        password: PASSWORD,
        createdBy: 'matrix',
      });
      await services.accounts.change('dismissed', { disabled: true });
    }),
    fromPage: true,
  })),
  password_change_required: everywhere(async (bench) => ({
    credential: await sessionOf(await bench.node('plain'), 'new-here', ({ services }) =>
      services.accounts.create({
        user: 'new-here',
        role: 'viewer',
        password: PASSWORD,
        mustChangePassword: true,
        createdBy: 'matrix',
      }),
    ),
    fromPage: true,
  })),
  channel_forbidden: {
    websocket: async (bench) => ({
      path: `/ws/${encodeURIComponent(FORBIDDEN)}`,
      credential: await goodOn(await bench.node('plain')),
    }),
    sse: async (bench) => ({
      query: { channels: FORBIDDEN },
      credential: await goodOn(await bench.node('plain')),
    }),
    'long-poll': async (bench) => ({
      query: { channels: FORBIDDEN },
      credential: await goodOn(await bench.node('plain')),
    }),
    rest: async (bench) => ({
      path: '/api/v1/keys',
      credential: await goodOn(await bench.node('plain')),
    }),
  },
  channel_not_found: {
    websocket: aboutRun(() => ({ path: `/ws/${UNKNOWN_RUN}` })),
    sse: aboutRun(() => ({ query: { channels: `workflow:${UNKNOWN_RUN}` } })),
    'long-poll': aboutRun(() => ({ query: { channels: `workflow:${UNKNOWN_RUN}` } })),
    rest: aboutRun(() => ({ path: `/api/v1/workflows/${UNKNOWN_RUN}` })),
  },
  too_many_connections: { ...everywhere(knocking('full')), rest: noConnection },
  draining: { ...everywhere(knocking('draining')), rest: noConnection },
  identity_provider_unreachable: everywhere(async ({ stranger }) => ({
    on: 'cut-off',
    credential: bearer(await stranger.sign()),
  })),
  internal_error: everywhere(() => ({ on: 'broken', credential: bearer('gl_any_key-at-all') })),
} as const satisfies Record<RefusalCode, Recipe>;

const PASSWORD = 'correct horse battery staple';

async function ticketOn({ services }: TestNode, origin?: string): Promise<string> {
  const minted = await services.tickets.mint(
    {
      user: `user-${(tickets += 1)}`,
      name: 'Matrix',
      role: 'viewer',
      credential: 'token',
      credentialId: 't_matrix',
    },
    origin === undefined ? {} : { origin },
  );
  if (!minted.ok) throw new Error(`No ticket: ${minted.failure.code}.`);
  return minted.ticket;
}
/** Each for a user of its own: nobody may have many that wait. */
let tickets = 0;
