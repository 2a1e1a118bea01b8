/** For the refusal matrix: a node for each condition under which something is refused, started when it is first asked for. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ISSUER,
  AUDIENCE,
  newSigner,
  type Signer,
  signWithSecret,
} from '@greenlight/server/auth/testing/issuer';
import { WebSocket } from 'ws';
import { startNode, type NodeOptions, type TestNode } from '@greenlight/server/http/testing/start-node';

export const CONDITIONS = [
  /** Everything as it should be. */
  'plain',
  /** Pages of the observer's origin are not allowed. */
  'stern',
  /** No token key is configured. */
  'keyless',
  /** The issuer's published keys cannot be fetched. */
  'cut-off',
  /** Its clock can be moved. */
  'late',
  /** The observer's address has used up its attempts. */
  'limited',
  /** As many connections are open as may be. */
  'full',
  /** On its way down. */
  'draining',
  /** Its log is closed, so that every check which reads it breaks. */
  'broken',
] as const;
export type Condition = (typeof CONDITIONS)[number];

export type Bench = AsyncDisposable & {
  readonly page: string;
  /** Signs for `plain`, whose secret it shares. */
  readonly sign: typeof signWithSecret extends (secret: string, claims?: infer Claims) => infer Token
    ? (claims?: Claims) => Token
    : never;
  /** Asymmetric: no node has its key. */
  readonly stranger: Signer;
  node(condition: Condition): Promise<TestNode>;
  /** Moves the clock of `late`, ms. */
  advance(ms: number): void;
};

const SECRET = 'K4v0-the-secret-of-the-matrix-9fQ2xLm7';
/** Observers share 127.0.0.1; the operator comes from elsewhere, so that a limit on them does not blind them. */
export const OPERATOR_ADDRESS = '203.0.113.9';

/** `page`: the origin that observers in a browser, or those who act like one, come from. */
export async function setBench(page: string): Promise<Bench> {
  const nodes = new Map<Condition, Promise<TestNode>>();
  const stranger = await newSigner('RS256', 'nobody-knows-me');
  const secret = { secret: SECRET, issuer: ISSUER, audience: AUDIENCE };
  let lateBy = 0;

  async function start(condition: Condition): Promise<TestNode> {
    const limits = { attemptsPerMinute: 100_000, ...LIMITS[condition] };
    const node = await startNode({
      limits,
      settings: {
        allowedOrigins: condition === 'stern' ? [] : [page],
        trustedProxies: ['127.0.0.1'],
      },
      ...(condition === 'keyless' ? {} : { identity: { tokens: secret } }),
      ...(condition === 'cut-off' && { identity: { tokens: { jwksUrl: await closedUrl() } } }),
      ...(condition === 'late' && { clock: () => Date.now() + lateBy }),
    });
    await PREPARE[condition]?.(node);
    return node;
  }

  return {
    page,
    stranger,
    sign: (claims) => signWithSecret(SECRET, claims),
    node(condition) {
      const found = nodes.get(condition) ?? start(condition);
      nodes.set(condition, found);
      return found;
    },
    advance(ms) {
      lateBy += ms;
    },
    async [Symbol.asyncDispose]() {
      for (const node of nodes.values()) await (await node)[Symbol.asyncDispose]();
    },
  };
}

const LIMITS: Partial<Record<Condition, NodeOptions['limits']>> = {
  limited: { attemptsPerMinute: 3 },
  full: { connections: 1 },
};

const PREPARE: Partial<Record<Condition, (node: TestNode) => Promise<void>>> = {
  async limited(node) {
    while ((await node.call('GET', '/api/v1/auth/me')).status !== 429);
  },
  async full(node) {
    const headers = { authorization: `Bearer ${await node.key('viewer')}` };
    await once(new WebSocket(`${node.url.replace('http', 'ws')}/ws/orders`, { headers }), 'message');
  },
  draining: (node) => node.drain(),
  broken: (node) => node.services.log.close(),
};

/** An address where nobody listens any more. */
async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}/keys`;
}
