import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isProblem, PAGE, startNode, type TestNode } from '../testing/start-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node[Symbol.asyncDispose]());

const ADA = { user: 'ada', name: 'Ada', role: 'operator' } as const;

async function signIn(headers: Record<string, string> = {}) {
  const code = await node.services.sessions.mintCode(ADA);
  const answer = await node.call('POST', '/api/v1/auth/login', { body: { code }, headers });
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { code, answer, setCookie, cookie: setCookie.split(';', 1)[0] ?? '' };
}

describe('signing in', () => {
  it('[R6] trades a code for a cookie', async () => {
    const { answer, setCookie, cookie } = await signIn();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ user: 'ada', name: 'Ada', role: 'operator', credential: 'session' });
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Lax$/);
    const me = await node.call('GET', '/api/v1/auth/me', { headers: { cookie } });
    expect(me.body).toMatchObject({ user: 'ada', credential: 'session' });
    expect(Date.parse(me.body.expiresAt)).toBeGreaterThan(Date.now());
  });

  it('[R6] takes each code once', async () => {
    const { code } = await signIn();
    const again = await node.call('POST', '/api/v1/auth/login', { body: { code } });
    expect(isProblem(again), again.text).toBe(true);
    expect(again.body).toMatchObject({ status: 401, code: 'ticket_already_used' });
    expect(again.body.checked).toContainEqual({ stage: 'credential', outcome: 'failed' });
    expect(again.headers.get('set-cookie')).toBeNull();
  });

  it('refuses an unknown code, and a body without one', async () => {
    const unknown = await node.call('POST', '/api/v1/auth/login', { body: { code: 'nope' } });
    expect(unknown.body.code).toBe('ticket_unknown');
    const without = await node.call('POST', '/api/v1/auth/login', { body: {} });
    expect(without.body.code).toBe('invalid_input');
  });

  it('refuses pages of other origins', async () => {
    const { answer } = await signIn({ origin: 'https://evil.example' });
    expect(answer.body.code).toBe('origin_not_allowed');
  });

  it('[R6] ends the session when it signs out', async () => {
    const { cookie } = await signIn();
    const headers = { cookie, origin: PAGE };
    const out = await node.call('POST', '/api/v1/auth/logout', { headers });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    const me = await node.call('GET', '/api/v1/auth/me', { headers: { cookie } });
    expect(me.body.code).toBe('session_expired');
  });

  it('signs out also without a session', async () => {
    expect((await node.call('POST', '/api/v1/auth/logout')).status).toBe(204);
  });

  it('needs an allowed Origin for a write with the cookie', async () => {
    const { cookie } = await signIn();
    const without = await node.call('POST', '/api/v1/auth/ws-ticket', { headers: { cookie } });
    expect(without.body.code).toBe('origin_not_allowed');
    const allowed = await node.call('POST', '/api/v1/auth/ws-ticket', { headers: { cookie, origin: PAGE } });
    expect(allowed.status).toBe(200);
  });
});

describe('tickets', () => {
  it('are minted for a caller, and used once', async () => {
    const key = await node.key('viewer');
    const { status, body } = await node.call('POST', '/api/v1/auth/ws-ticket', { key });
    expect(status).toBe(200);
    expect(body.expiresIn).toBe(30);
    const me = await node.call('GET', `/api/v1/auth/me?ticket=${body.ticket}`);
    expect(me.body).toMatchObject({ user: 'viewer', credential: 'ticket' });
    const again = await node.call('GET', `/api/v1/auth/me?ticket=${body.ticket}`);
    expect(again.body.code).toBe('ticket_already_used');
  });

  it('[C9] [H1] are few at a time; the stage that failed is the last that was reached', async () => {
    const key = await node.key('viewer', { user: 'greedy' });
    for (let count = 0; count < 5; count++)
      expect((await node.call('POST', '/api/v1/auth/ws-ticket', { key })).status).toBe(200);
    const sixth = await node.call('POST', '/api/v1/auth/ws-ticket', { key });
    expect(isProblem(sixth), sixth.text).toBe(true);
    expect(sixth.body.code).toBe('rate_limited');
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0);
    const { checked } = sixth.body as { checked: readonly { stage: string; outcome: string }[] };
    expect(checked.at(-1)).toEqual({ stage: 'capacity', outcome: 'failed' });
    expect(new Set(checked.slice(0, -1).map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
  });

  it('can be limited, but not widened', async () => {
    const key = await node.key('viewer', { user: 'narrow', channels: ['orders:*'] });
    const limited = await node.call('POST', '/api/v1/auth/ws-ticket', {
      key,
      body: { channels: ['orders:1'] },
    });
    expect(limited.status).toBe(200);
    const wide = await node.call('POST', '/api/v1/auth/ws-ticket', { key, body: { channels: ['*'] } });
    expect(wide.body.code).toBe('channel_forbidden');
  });
});

describe('keys', () => {
  it('[R7] are shown when they are made and never again', async () => {
    const key = await node.key('admin');
    const made = await node.call('POST', '/api/v1/keys', {
      key,
      body: { name: 'till', role: 'service', channels: ['orders'] },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'till',
      role: 'service',
      channels: ['orders'],
      createdBy: 'admin',
    });
    expect(made.headers.get('cache-control')).toBe('no-store');
    const secret = made.body.key as string;
    expect((await node.call('GET', '/api/v1/auth/me', { key: secret })).body.role).toBe('service');

    const list = await node.call('GET', '/api/v1/keys', { key });
    expect(list.body.items).toContainEqual(expect.objectContaining({ id: made.body.id, name: 'till' }));
    expect(list.text).not.toContain(secret.split('_').slice(2).join('_'));

    expect((await node.call('DELETE', `/api/v1/keys/${made.body.id}`, { key })).status).toBe(204);
    expect((await node.call('GET', '/api/v1/auth/me', { key: secret })).body.code).toBe('api_key_revoked');
    const again = await node.call('DELETE', `/api/v1/keys/${made.body.id}`, { key });
    expect(again.body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('may have an end', async () => {
    const key = await node.key('admin');
    const body = { name: 'old', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' };
    const made = await node.call('POST', '/api/v1/keys', { key, body });
    expect((await node.call('GET', '/api/v1/auth/me', { key: made.body.key })).status).toBe(401);
    const wrong = await node.call('POST', '/api/v1/keys', { key, body: { ...body, expiresAt: 'soon' } });
    expect(wrong.body.detail).toContain('"expiresAt"');
  });

  it('are for administrators', async () => {
    const key = await node.key('operator');
    for (const [method, path] of [
      ['GET', '/api/v1/keys'],
      ['POST', '/api/v1/keys'],
      ['DELETE', '/api/v1/keys/x'],
    ] as const)
      expect((await node.call(method, path, { key })).body.code).toBe('channel_forbidden');
  });
});
