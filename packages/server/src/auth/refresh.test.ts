/** Credentials that end while a connection is open, on a whole node. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../http/testing/start-node.ts';
import { TestSocket } from '../testing/clients.ts';
import { signWithSecret } from './testing/issuer.ts';

const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';

let node: TestNode;
beforeEach(async () => {
  node = await startNode({ identity: { tokens: { secret: SECRET, clockSkewSeconds: 0 } } });
});
afterEach(() => node[Symbol.asyncDispose]());

const tokenFor = (seconds: number, claims: object = {}): Promise<string> =>
  signWithSecret(SECRET, { exp: Math.floor(Date.now() / 1_000) + seconds, ...claims });

async function connected(token: string, to: TestNode = node): Promise<TestSocket> {
  const socket = new TestSocket(to, '/api/v1/ws');
  await socket.opened;
  await ask(socket, { id: 1, type: 'auth', token });
  await socket.until(({ type }) => type === 'welcome');
  return socket;
}

const ask = (socket: TestSocket, command: { id: number; [field: string]: unknown }) => {
  socket.websocket.send(JSON.stringify(command));
  return socket.until(({ id }) => id === command.id);
};

describe('a connection whose token ends', () => {
  it('[C25] is told before, and closed with 4401 when it sends no other', async () => {
    using socket = await connected(await tokenFor(3));
    const notice = await socket.until(({ type }) => type === 'expiring');
    const left = Date.parse(notice['expiresAt'] as string) - Date.now();
    expect(left).toBeGreaterThan(500);
    expect(left).toBeLessThan(3_000);
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({
      code: 'credential_rejected',
    });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(notice['expiresAt'] as string));
    expect((await socket.closed).code).toBe(4401);
  });

  it('[C25] goes on with a fresh one, as the same session with the rights of the new token', async () => {
    using socket = await connected(await tokenFor(2));
    const first = await socket.until(({ type }) => type === 'expiring');
    const token = await tokenFor(3, { role: 'operator' });
    expect(await ask(socket, { id: 2, type: 'auth', token })).toMatchObject({ type: 'ok', user: 'dora' });
    const second = await socket.until(({ type }) => type === 'expiring');
    expect(Date.parse(second['expiresAt'] as string)).toBeGreaterThan(
      Date.parse(first['expiresAt'] as string),
    );
    const publishing = { id: 3, type: 'publish', channel: 'orders', event: { type: 'order.placed' } };
    expect(await ask(socket, publishing)).toMatchObject({ type: 'ok' });
    expect(node.services.connections.count).toBe(1);
  });

  it('[C25] goes on as it was after one that is refused or of somebody else', async () => {
    using socket = await connected(await tokenFor(60));
    const expired = await ask(socket, { id: 2, type: 'auth', token: await tokenFor(-5) });
    expect(expired).toMatchObject({ type: 'error', code: 'token_expired' });
    const other = await ask(socket, { id: 3, type: 'auth', token: await tokenFor(60, { sub: 'eve' }) });
    expect(other).toMatchObject({ type: 'error', code: 'invalid_input' });
    expect(await ask(socket, { id: 4, type: 'ping' })).toMatchObject({ type: 'ok' });
  });

  it('[H15] tells of a fresh one that is refused as of every refusal, by an attempt of its own', async () => {
    using socket = await connected(await tokenFor(60));
    const { attempt, ...told } = await ask(socket, { id: 2, type: 'auth', token: await tokenFor(-5) });
    expect(told).toMatchObject({ type: 'error', code: 'token_expired' });
    const verdict = await node.call('GET', `/api/v1/handshakes/${attempt as string}`);
    expect(verdict.body).toMatchObject({ outcome: 'refused', code: 'token_expired', attempt });
    const key = await node.key('operator');
    const { items } = (await node.call('GET', '/api/v1/handshakes', { key })).body;
    const outcomes = items.map(({ outcome, transport }: AttemptTrace) => [outcome, transport]);
    expect(outcomes).toEqual([
      ['refused', 'websocket'],
      ['accepted', 'websocket'],
    ]);
    const lines = node.logged.filter((line) => line.includes(attempt as string));
    expect(lines.map((line) => JSON.parse(line).code)).toEqual(['token_expired']);
    const history = await node.call('GET', '/api/v1/channels/$SYS:handshakes/history', { key });
    expect(history.body.events.at(-1).event).toMatchObject({ type: 'handshake.refused', subject: attempt });
    const metrics = (await node.call('GET', '/metrics')).text;
    expect(metrics).toContain('{transport="websocket",outcome="refused",code="token_expired"} 1');
  });

  it('[C25] takes no further place: a user with as many connections as may be can renew each', async () => {
    await using full = await startNode({
      identity: { tokens: { secret: SECRET, clockSkewSeconds: 0 } },
      limits: { connectionsPerUser: 1, connectionsPerKey: 1, connectionsPerAddress: 1, connections: 1 },
    });
    using socket = await connected(await tokenFor(60), full);
    const fresh = { type: 'auth', token: await tokenFor(120) };
    for (const id of [2, 3]) expect(await ask(socket, { id, ...fresh })).toMatchObject({ type: 'ok' });
    expect(full.services.connections.countOfUser('dora')).toBe(1);
  });

  it('[C25] ends when the fresh one may not read what it reads', async () => {
    using socket = await connected(await tokenFor(60));
    await ask(socket, { id: 2, type: 'subscribe', channels: { orders: null } });
    const token = await tokenFor(60, { channels: ['invoices'] });
    socket.websocket.send(JSON.stringify({ id: 3, type: 'auth', token }));
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'forbidden' });
    expect((await socket.closed).code).toBe(4403);
  });

  it('[C25] is told over Server-Sent Events that carry every frame', async () => {
    const authorization = `Bearer ${await tokenFor(2)}`;
    const stream = await fetch(`${node.url}/api/v1/sse?channels=a&frames=all`, {
      headers: { authorization },
    });
    const text = await stream.text();
    expect(text.indexOf('"type":"expiring"')).toBeGreaterThan(0);
    expect(text.indexOf('"credential_rejected"')).toBeGreaterThan(text.indexOf('"type":"expiring"'));
  });
});
