/** Simulated sign-in on a whole node. */
import type { Event } from '@greenlight/protocol/event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../http/testing/start-node.ts';
import { TestSocket } from '../testing/clients.ts';
import { identityProblems } from './identity-settings.ts';
import { issueSimulatedToken, SIMULATED_ISSUER } from './simulated.ts';
import { signWithSecret } from './testing/issuer.ts';

const REAL = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';
const SIMULATED = 'pL0)wE4$rT7&yU1!iO5@aS8*dF2(gH6^';

let node: TestNode;
beforeEach(async () => {
  node = await startNode({
    environment: 'staging',
    identity: { tokens: { secret: REAL }, simulatedSignIn: { secret: SIMULATED } },
  });
});
afterEach(() => node[Symbol.asyncDispose]());

const tokenOf = (role: 'viewer' | 'operator' | 'admin') =>
  issueSimulatedToken(SIMULATED, { user: 'dora', role });
const codeOf = async (key: string): Promise<string> =>
  (await node.call('GET', '/api/v1/auth/me', { key })).body.code;
const open = async (cookie = ''): Promise<{ cookie: string; body: unknown }> => {
  const body = { token: await tokenOf('operator') };
  const answer = await node.call('POST', '/api/v1/auth/simulated', { body, headers: { cookie } });
  return { cookie: (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '', body: answer.body };
};

describe('simulated sign-in', () => {
  it('[C28] marks whom it lets in, with a token and with a session', async () => {
    const me = await node.call('GET', '/api/v1/auth/me', { key: await tokenOf('operator') });
    const marked = { user: 'simulated:dora', name: 'dora (simulated)', role: 'operator', simulated: true };
    expect(me.body).toMatchObject({ ...marked, credential: 'token' });
    const { cookie, body } = await open();
    expect(body).toMatchObject({ ...marked, credential: 'session' });
    const again = await node.call('GET', '/api/v1/auth/me', { headers: { cookie } });
    expect(again.body).toMatchObject({ ...marked, credential: 'session' });
  });

  it('[C28] marks the connection, its log line, and every event that it publishes', async () => {
    const key = await tokenOf('operator');
    using socket = new TestSocket(node, '/api/v1/ws');
    await socket.opened;
    socket.websocket.send(JSON.stringify({ id: 1, type: 'auth', token: key }));
    const welcome = await socket.until(({ type }) => type === 'welcome');
    expect(welcome).toMatchObject({ user: 'simulated:dora', simulated: true });
    const body = { type: 'order.placed' };
    await node.call('POST', '/api/v1/channels/orders/publications', { key, body });
    const history = await node.call('GET', '/api/v1/channels/orders/history?since=earliest', { key });
    expect(history.text).toContain('"simulated":true');
    expect(node.logged.join('')).toContain('"user":"simulated:dora"');
  });

  it('[C28] marks all that a connection of it leaves behind: events, traces, verdicts, log lines, metrics', async () => {
    const operator = await node.key('operator');
    const key = await tokenOf('viewer');
    const stream = await fetch(`${node.url}/api/v1/sse?channels=orders`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { items: open } = (await node.call('GET', '/api/v1/connections', { key: operator })).body;
    expect(open).toMatchObject([{ user: 'simulated:dora', simulated: true }]);
    await stream.body?.cancel();
    const forbidden = await node.call('GET', '/api/v1/settings', { key });
    const expired = await node.call('GET', '/api/v1/auth/me', {
      key: await issueSimulatedToken(SIMULATED, { user: 'dora', role: 'viewer', seconds: -60 }),
    });
    const failed = await node.call('GET', '/api/v1/recommendations/rec_none', { key });
    const real = await node.call('GET', '/api/v1/recommendations/rec_none', { key: operator });
    const codes = [forbidden, expired, failed].map(({ body }) => body.code);
    expect(codes).toEqual(['channel_forbidden', 'token_expired', 'not_found']);
    for (const { body } of [forbidden, expired, failed]) {
      const verdict = await node.call('GET', `/api/v1/handshakes/${body.attempt}`);
      expect(verdict.body).toMatchObject({ code: body.code, simulated: true });
      const lines = node.logged.filter((line) => line.includes(body.attempt));
      expect(lines.map((line) => JSON.parse(line).simulated)).toEqual([true]);
    }
    const verdict = await node.call('GET', `/api/v1/handshakes/${real.body.attempt}`);
    expect(verdict.body).not.toHaveProperty('simulated');

    const traces = (await node.call('GET', '/api/v1/handshakes', { key: operator })).body.items;
    expect(traces.map((trace: { simulated?: true }) => trace.simulated)).toEqual([true, true, true]);
    for (const channel of ['$SYS:handshakes', '$SYS:connections']) {
      const history = await node.call('GET', `/api/v1/channels/${channel}/history`, { key: operator });
      const told = history.body.events.map(({ event }: { event: Event }) => event);
      expect(told.length, channel).toBeGreaterThan(0);
      for (const event of told) expect(event).toMatchObject({ simulated: true, data: { simulated: true } });
    }
    for (const line of node.logged)
      if (line.includes('simulated:dora')) expect(JSON.parse(line), line).toMatchObject({ simulated: true });
    const metrics = (await node.call('GET', '/metrics', { key: operator })).text;
    for (const [labels, count] of [
      ['transport="sse",outcome="accepted"', 1],
      ['transport="rest",outcome="refused"', 2],
    ])
      expect(metrics).toContain(`greenlight_simulated_handshakes_total{${labels}} ${count}`);
  });

  it('[C28] marks the runs that it starts and steers, on every way to look at them', async () => {
    const key = await tokenOf('operator');
    const operator = await node.key('operator');
    const start = async (by: string) =>
      (
        await node.call('POST', '/api/v1/workflows', {
          key: by,
          body: { kind: 'test', input: { hold: true } },
        })
      ).body;
    const [own, steered, real] = [await start(key), await start(operator), await start(operator)];
    expect(own).toMatchObject({ owner: 'simulated:dora', simulated: true });
    for (const { id } of [own, steered])
      expect((await node.call('POST', `/api/v1/workflows/${id}/cancel`, { key })).status).toBe(200);
    const byCommand = { id: 1, type: 'start', kind: 'test', input: { hold: true } };
    const reply = await node.call('POST', '/api/v1/commands', { key, body: byCommand });
    const { items } = (await node.call('GET', '/api/v1/workflows', { key: operator })).body;
    const marked = items.filter((run: { simulated?: true }) => run.simulated);
    expect(new Set(marked.map(({ id }: { id: string }) => id))).toEqual(
      new Set([own.id, steered.id, reply.body.workflow]),
    );
    const { body } = await node.call('GET', `/api/v1/workflows/${own.id}/events`, { key: operator });
    expect(body.events.length).toBeGreaterThan(1);
    for (const { event } of body.events) expect(event.simulated, event.type).toBe(true);
    const others = await node.call('GET', `/api/v1/workflows/${real.id}/events`, { key: operator });
    expect(others.text).not.toContain('simulated');
  });

  it('[C28] has a key of its own: neither signs for the other', async () => {
    expect(await codeOf(await signWithSecret(REAL, { iss: SIMULATED_ISSUER }))).toBe(
      'token_signature_invalid',
    );
    expect(await codeOf(await signWithSecret(SIMULATED))).toBe('token_signature_invalid');
  });

  it('[C28] leaves nothing behind that lets anybody in: no keys, no users', async () => {
    const key = await tokenOf('admin');
    for (const path of ['/api/v1/keys', '/api/v1/users'])
      expect((await node.call('POST', path, { key, body: {} })).body.code).toBe('channel_forbidden');
  });

  it('[C29] does not exist where it is not configured, and its tokens count for nothing there', async () => {
    await using other = await startNode({ identity: { tokens: { secret: SIMULATED } } });
    const token = await tokenOf('admin');
    const signIn = await other.call('POST', '/api/v1/auth/simulated', { body: { token } });
    expect(signIn.body).toMatchObject({ status: 404, code: 'not_found' });
    const me = await other.call('GET', '/api/v1/auth/me', { key: token });
    expect(me.body.code).toBe('token_issuer_untrusted');
    const left = await other.services.sessions.open({
      user: 'simulated:dora',
      name: 'dora',
      role: 'admin',
      simulated: true,
    });
    const cookie = `${other.services.sessions.cookieName}=${left.secret}`;
    const session = await other.call('GET', '/api/v1/auth/me', { headers: { cookie } });
    expect(session.body.code).toBe('token_issuer_untrusted');
  });

  it('[C29] keeps a production server from starting', async () => {
    const simulatedSignIn = { secret: SIMULATED };
    expect(identityProblems({ simulatedSignIn }, 'production').join()).toContain('production');
    expect(identityProblems({ simulatedSignIn }, 'staging')).toEqual([]);
    expect(identityProblems({ simulatedSignIn, tokens: { secret: SIMULATED } }, 'staging').join()).toContain(
      'of its own',
    );
    await expect(startNode({ environment: 'production', identity: { simulatedSignIn } })).rejects.toThrow(
      'production',
    );
  });
});
