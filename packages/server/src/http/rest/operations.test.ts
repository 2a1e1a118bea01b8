import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SelfProbeReport } from '../self-probe-report.ts';
import { isProblem, startNode, type TestNode } from '../testing/start-node.ts';

let node: TestNode;
let operator: string;
let viewer: string;
beforeAll(async () => {
  node = await startNode();
  operator = await node.key('operator');
  viewer = await node.key('viewer');
});
afterAll(() => node[Symbol.asyncDispose]());

const PROBED: SelfProbeReport = {
  at: '2026-11-22T09:00:00.000Z',
  transports: [
    {
      transport: 'sse',
      place: 'public',
      url: 'https://greenlight.example.org',
      expected: '1 of 1 as expected',
      seen: '0 of 1 as expected',
      ok: false,
      ms: 9,
      detail: 'x',
      calls: [{ call: 'good', expected: 'event', seen: '200', ok: false, attempt: 'self-probe-AAAAAAAAAAA' }],
    },
  ],
  findings: [{ cause: 'idle_cut', detail: 'x', fix: 'y' }],
  complete: true,
};

const EVIL = { origin: 'https://evil.example' };

describe('handshakes', () => {
  it('[R5] tell pages of every origin what became of an attempt', async () => {
    const attempt = 'AAAAAAAAAAAAAAAAAAAAAA';
    await node.call('GET', '/api/v1/auth/me', { headers: { 'greenlight-attempt': attempt } });
    const { status, body, headers } = await node.call('GET', `/api/v1/handshakes/${attempt}`, {
      headers: EVIL,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: 'refused', attempt, code: 'credential_missing', status: 401 });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  it('[R27] know what requests were told that were let in and could not be done', async () => {
    const asked = [
      ['invalid_input', 'POST', '/api/v1/workflows'],
      ['not_found', 'GET', '/api/v1/recommendations/rec_none'],
      ['invalid_input', 'GET', '/api/v1/sse?channels=a%20b'],
    ] as const;
    for (const [code, method, path] of asked) {
      const told = await node.call(method, path, { key: operator });
      expect(told.body.code).toBe(code);
      const { status, body: verdict } = await node.call('GET', `/api/v1/handshakes/${told.body.attempt}`);
      expect(status).toBe(200);
      expect(verdict).toMatchObject({ ...told.body, outcome: 'accepted' });
    }
    const big = 'x'.repeat(node.services.limits.messageBytes + 1);
    const headers = { 'greenlight-attempt': 'CCCCCCCCCCCCCCCCCCCCCC' };
    await node.call('POST', '/api/v1/workflows', { key: operator, body: big, headers });
    const { body } = await node.call('GET', '/api/v1/handshakes/CCCCCCCCCCCCCCCCCCCCCC');
    expect(body).toMatchObject({ outcome: 'accepted', code: 'too_large', status: 413 });
    const { items } = (await node.call('GET', '/api/v1/handshakes?outcome=refused', { key: operator })).body;
    expect(items.map(({ code }: { code: string }) => code)).not.toContain('too_large');
  });

  it('[R5] say so when they have not seen it', async () => {
    const answer = await node.call('GET', '/api/v1/handshakes/BBBBBBBBBBBBBBBBBBBBBB', { headers: EVIL });
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body).toMatchObject({ status: 404, code: 'attempt_not_seen', nodes: ['n_test'] });
    expect(Date.parse(answer.body.startedAt)).toBeLessThanOrEqual(Date.now());
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('show operators everything', async () => {
    await node.call('GET', '/api/v1/auth/me?here=1', { key: 'gl_nobody_nothing' });
    const { body } = await node.call('GET', '/api/v1/handshakes?outcome=refused&limit=1', { key: operator });
    expect(body.items).toMatchObject([{ outcome: 'refused', path: '/api/v1/auth/me', stage: 'credential' }]);
    expect((await node.call('GET', '/api/v1/handshakes', { key: viewer })).body.code).toBe(
      'channel_forbidden',
    );
  });
});

describe('connections', () => {
  it('are listed, and cut with a reason', async () => {
    const socket = new WebSocket(`ws://${node.host}/ws/orders`, {
      headers: { authorization: `Bearer ${viewer}` },
    });
    await new Promise((resolve) => socket.once('message', resolve));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    const { body } = await node.call('GET', '/api/v1/connections', { key: operator });
    expect(body.items).toMatchObject([{ user: 'viewer', transport: 'websocket', channels: ['orders'] }]);
    const { session } = body.items[0];
    expect((await node.call('DELETE', `/api/v1/connections/${session}`, { key: operator })).status).toBe(204);
    expect(await closed).toBe(4403);
    const again = await node.call('DELETE', `/api/v1/connections/${session}`, { key: operator });
    expect(again.body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('are for operators', async () => {
    expect((await node.call('GET', '/api/v1/connections', { key: viewer })).body.code).toBe(
      'channel_forbidden',
    );
    const cut = await node.call('DELETE', '/api/v1/connections/c_1', { key: viewer });
    expect(cut.body.code).toBe('channel_forbidden');
  });
});

it('channels are listed for operators, with who listens', async () => {
  await node.call('POST', '/api/v1/channels/listed/publications', { key: operator, body: { type: 'a' } });
  const { body } = await node.call('GET', '/api/v1/channels', { key: operator });
  expect(body.items).toContainEqual(
    expect.objectContaining({ channel: 'listed', head: 1, earliest: 1, durability: 'disk', listeners: 0 }),
  );
  expect((await node.call('GET', '/api/v1/channels', { key: viewer })).body.code).toBe('channel_forbidden');
});

describe('health', () => {
  const who = { build: 'test', pid: process.pid, startedAt: expect.any(String), node: 'n_test' };

  it('[R13] says that the process lives and is ready', async () => {
    expect((await node.call('GET', '/health/live')).body).toMatchObject({ status: 'live', ...who });
    expect((await node.call('GET', '/health/ready')).body).toMatchObject({
      status: 'ready',
      reasons: [],
      ...who,
    });
  });

  it('[R13] is not ready when the log cannot be read', async () => {
    const { log } = node.services;
    const head = log.head.bind(log);
    log.head = () => Promise.reject(new Error('gone'));
    const { status, body } = await node.call('GET', '/health/ready');
    log.head = head;
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'not_ready', reasons: [expect.stringContaining('log')] });
  });

  it('[R13] is not ready while it goes down', async () => {
    await using leaving = await startNode();
    await leaving.drain();
    const { status, body } = await leaving.call('GET', '/health/ready');
    expect(status).toBe(503);
    expect(body.reasons).toMatchObject([expect.stringContaining('shutting down')]);
    expect((await leaving.call('GET', '/health/live')).status).toBe(200);
  });

  it('[R13] tells what the self-probe last saw', async () => {
    expect((await node.call('GET', '/health/realtime')).body).toMatchObject({ status: 'unknown', at: null });
    await using failing = await startNode({ selfProbe: PROBED });
    const { status, body } = await failing.call('GET', '/health/realtime');
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'failing', ...PROBED, ...who });
  });

  it('[R20] probes again for operators only', async () => {
    await using failing = await startNode({ selfProbe: PROBED });
    const call = async (role: 'operator' | 'viewer') =>
      failing.call('POST', '/api/v1/self-probe', { key: await failing.key(role) });
    expect((await call('operator')).body).toEqual(PROBED);
    expect(await call('viewer')).toMatchObject({ status: 403, body: { code: 'channel_forbidden' } });
  });
});

describe('metrics', () => {
  it('[R14] are open in development', async () => {
    const { status, text, headers } = await node.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('greenlight_handshakes_total');
  });

  it('[R14] are for operators elsewhere', async () => {
    await using staging = await startNode({ environment: 'staging' });
    expect((await staging.call('GET', '/metrics')).body.code).toBe('credential_missing');
    expect((await staging.call('GET', '/metrics', { key: await staging.key('viewer') })).status).toBe(403);
    expect((await staging.call('GET', '/metrics', { key: await staging.key('operator') })).status).toBe(200);
  });
});
