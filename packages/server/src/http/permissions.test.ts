/** Who may use which REST route, stated here once more and compared with what each is answered. */
import type { Role } from '@greenlight/protocol/role';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from './testing/start-node.ts';

/** `narrow`: an administrator's key for the channel `narrow:1` only. */
const CALLERS = ['viewer', 'reviewer', 'service', 'operator', 'admin', 'narrow'] as const;
type Caller = (typeof CALLERS)[number];

/** Nobody is asked for a credential. */
const PUBLIC = 'public';
const EVERYBODY: readonly Caller[] = CALLERS;
const REVIEWERS: readonly Caller[] = ['reviewer', 'operator', 'admin', 'narrow'];
const OPERATORS: readonly Caller[] = ['operator', 'admin', 'narrow'];
/** What is told on a channel that `narrow` may not read, or reaches beyond its channels. */
const OPERATORS_OF_ALL: readonly Caller[] = ['operator', 'admin'];
const ADMINISTRATORS: readonly Caller[] = ['admin'];
const PUBLISHERS: readonly Caller[] = ['service', 'operator', 'admin'];
const READERS: readonly Caller[] = ['viewer', 'reviewer', 'service', 'operator', 'admin'];
const STEERERS: readonly Caller[] = ['reviewer', 'service', 'operator', 'admin'];
const STARTERS: readonly Caller[] = [...STEERERS, 'narrow'];

type Row = {
  readonly may: typeof PUBLIC | readonly Caller[];
  readonly body?: object;
  readonly query?: string;
};

const ROUTES: Readonly<Record<string, Row>> = {
  'GET /health/live': { may: PUBLIC },
  'GET /health/ready': { may: PUBLIC },
  'GET /health/realtime': { may: PUBLIC },
  'GET /metrics': { may: OPERATORS },
  'GET /api/v1/auth/methods': { may: PUBLIC },
  'POST /api/v1/auth/login': { may: PUBLIC },
  'POST /api/v1/auth/logout': { may: PUBLIC },
  'POST /api/v1/auth/simulated': { may: PUBLIC },
  'GET /api/v1/auth/oidc/start': { may: PUBLIC },
  'GET /api/v1/auth/oidc/callback': { may: PUBLIC },
  'POST /api/v1/auth/password': { may: EVERYBODY },
  'GET /api/v1/auth/me': { may: EVERYBODY },
  'POST /api/v1/auth/ws-ticket': { may: READERS, body: { channels: ['orders'] } },
  'GET /api/v1/users': { may: ADMINISTRATORS },
  'POST /api/v1/users': { may: ADMINISTRATORS },
  'PATCH /api/v1/users/{name}': { may: ADMINISTRATORS },
  'POST /api/v1/users/{name}/password': { may: ADMINISTRATORS },
  'GET /api/v1/keys': { may: ADMINISTRATORS },
  'POST /api/v1/keys': { may: ADMINISTRATORS },
  'DELETE /api/v1/keys/{id}': { may: ADMINISTRATORS },
  'GET /api/v1/sse': { may: READERS, query: 'channels=orders' },
  'GET /api/v1/poll': { may: READERS, query: 'channels=orders' },
  'POST /api/v1/commands': {
    may: PUBLISHERS,
    body: { id: 1, type: 'publish', channel: 'orders', event: { type: 'note' } },
  },
  'GET /api/v1/channels': { may: OPERATORS },
  'POST /api/v1/channels/{channel}/publications': { may: PUBLISHERS, body: { type: 'note' } },
  'GET /api/v1/channels/{channel}/history': { may: READERS },
  'GET /api/v1/workflows': { may: EVERYBODY },
  'POST /api/v1/workflows': { may: STARTERS },
  'GET /api/v1/workflows/{id}': { may: READERS },
  'GET /api/v1/workflows/{id}/events': { may: READERS },
  'GET /api/v1/workflows/{id}/stream': { may: READERS },
  'GET /api/v1/workflows/{id}/report': { may: READERS },
  'POST /api/v1/workflows/{id}/pause': { may: STEERERS },
  'POST /api/v1/workflows/{id}/resume': { may: STEERERS },
  'POST /api/v1/workflows/{id}/cancel': { may: STEERERS },
  'GET /api/v1/validations': { may: EVERYBODY },
  'GET /api/v1/validations/{id}': { may: EVERYBODY },
  'GET /api/v1/recommendations': { may: EVERYBODY },
  'GET /api/v1/recommendations/{id}': { may: EVERYBODY },
  'POST /api/v1/recommendations/approve': { may: REVIEWERS },
  'POST /api/v1/recommendations/reject': { may: REVIEWERS },
  'POST /api/v1/recommendations/apply': { may: REVIEWERS },
  'POST /api/v1/recommendations/undo': { may: REVIEWERS },
  'POST /api/v1/recommendations/{id}/approve': { may: REVIEWERS },
  'POST /api/v1/recommendations/{id}/reject': { may: REVIEWERS },
  'POST /api/v1/recommendations/{id}/apply': { may: REVIEWERS },
  'POST /api/v1/recommendations/{id}/undo': { may: REVIEWERS },
  'GET /api/v1/handshakes': { may: OPERATORS_OF_ALL },
  'GET /api/v1/handshakes/{attempt}': { may: PUBLIC },
  'GET /api/v1/settings': { may: OPERATORS },
  'POST /api/v1/self-probe': { may: OPERATORS },
  'GET /api/v1/connections': { may: OPERATORS_OF_ALL },
  'DELETE /api/v1/connections/{session}': { may: OPERATORS_OF_ALL },
};

let node: TestNode;
const keys = new Map<Caller, string>();
let run: string;
beforeAll(async () => {
  node = await startNode({ environment: 'staging' });
  for (const caller of CALLERS) {
    const role: Role = caller === 'narrow' ? 'admin' : caller;
    const channels = caller === 'narrow' ? { channels: ['narrow:1'] } : {};
    keys.set(caller, await node.key(role, { user: caller, ...channels }));
  }
  const started = await node.services.runs.start({ kind: 'test', input: { hold: true }, owner: 'somebody' });
  run = started.ok ? started.run.id : '';
});
afterAll(() => node[Symbol.asyncDispose]());

const parameters = (path: string): string =>
  path
    .replace('{channel}', 'orders')
    .replace('/workflows/{id}', `/workflows/${run}`)
    .replaceAll(/\{\w+\}/g, 'none');

/** The code of the problem; null where there is an answer. Streams are left as soon as they begin. */
async function codeOf(route: string, key?: string): Promise<string | null> {
  const [method = '', path = ''] = route.split(' ');
  const { body = {}, query = '' } = ROUTES[route] ?? {};
  const leave = new AbortController();
  const response = await fetch(`${node.url}${parameters(path)}?${query}`, {
    method,
    redirect: 'manual',
    signal: leave.signal,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  });
  if (response.headers.get('content-type') === 'application/problem+json')
    return ((await response.json()) as { code: string }).code;
  leave.abort();
  return null;
}

describe('permission', () => {
  it('[R28] is stated for every route of the OpenAPI document, and for no other', async () => {
    const { paths } = (await node.call('GET', '/api/v1/openapi.json')).body as { paths: object };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(ROUTES).toSorted((a, b) => a.localeCompare(b))).toEqual(
      described.toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it.each(Object.entries(ROUTES))('[R28] to use %s is as stated', async (route, { may }) => {
    const withoutKey = await codeOf(route);
    if (may === PUBLIC) return expect(withoutKey).not.toBe('credential_missing');
    expect(withoutKey).toBe('credential_missing');
    const allowed: Caller[] = [];
    for (const [caller, key] of keys)
      if ((await codeOf(route, key)) !== 'channel_forbidden') allowed.push(caller);
    expect(allowed).toEqual(CALLERS.filter((caller) => may.includes(caller)));
  });

  it('[R28] [C30] of the list of channels: those that may be read', async () => {
    const { ok } = await node.services.runs.start({
      kind: 'test',
      input: { hold: true },
      owner: 'somebody',
      private: true,
    });
    expect(ok).toBe(true);
    const names = async (caller: Caller): Promise<string[]> => {
      const key = keys.get(caller) ?? '';
      const { body } = await node.call('GET', '/api/v1/channels', { key });
      return body.items.map(({ channel }: { channel: string }) => channel);
    };
    expect(await names('operator')).toContain(`workflow:${run}`);
    expect((await names('operator')).filter((name) => name.startsWith('user:'))).toEqual([]);
    expect((await names('operator')).filter((name) => name.startsWith('workflow:'))).toHaveLength(1);
    expect(await names('narrow')).toEqual([]);
  });
});
