/** Accounts on a whole node, over real sockets. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '@greenlight/log/open-log';
import type { Event } from '@greenlight/protocol/event';
import type { Role } from '@greenlight/protocol/role';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Answer, startNode, type TestNode } from '../http/testing/start-node.ts';
import { type AnyFrame, Inbox, TestSocket } from '../testing/clients.ts';
import { createUser } from './create-user.ts';

const PASSWORD = 'correct horse battery';
const NEXT = 'staple-and-seven-eggs';

let node: TestNode;
let admin: string;
beforeEach(async () => {
  node = await startNode();
  admin = await node.key('admin', { user: 'root' });
});
afterEach(() => node[Symbol.asyncDispose]());

const create = (user: string, role: Role, more: object = {}): Promise<Answer> =>
  node.call('POST', '/api/v1/users', {
    key: admin,
    body: { user, role, password: PASSWORD, mustChangePassword: false, ...more },
  });
const change = (user: string, body: object): Promise<Answer> =>
  node.call('PATCH', `/api/v1/users/${user}`, { key: admin, body });
const login = (user: string, password = PASSWORD): Promise<Answer> =>
  node.call('POST', '/api/v1/auth/login', { body: { user, password } });
const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
const me = (cookie: string): Promise<Answer> => node.call('GET', '/api/v1/auth/me', { headers: { cookie } });

class Socket extends Inbox<AnyFrame> {
  readonly websocket: WebSocket;
  readonly closeCode: Promise<number>;

  constructor(cookie: string) {
    super();
    this.websocket = new WebSocket(`ws://${node.host}/api/v1/ws`, ['greenlight.v1'], {
      headers: { cookie, origin: node.url },
    });
    this.websocket.on('message', (data: Buffer) => this.push(JSON.parse(data.toString()) as AnyFrame));
    this.closeCode = new Promise((resolve) => {
      this.websocket.on('close', (code) => {
        this.end(`closed ${code}`);
        resolve(code);
      });
    });
  }

  ask(command: AnyFrame): Promise<AnyFrame> {
    this.websocket.send(JSON.stringify(command));
    return this.until(({ id }) => id === command['id']);
  }
}

/** Welcomed, and subscribed to the channel. */
async function connected(cookie: string, channel = 'orders'): Promise<Socket> {
  const socket = new Socket(cookie);
  await socket.until(({ type }) => type === 'welcome');
  await socket.ask({ id: 1, type: 'subscribe', channels: { [channel]: null } });
  return socket;
}

describe('signing in with a password', () => {
  it('[C19] gives a session of the account', async () => {
    await create('Ada', 'operator', { name: 'Ada L.' });
    const answer = await login('ada');
    expect(answer.body).toMatchObject({
      user: 'ada',
      name: 'Ada L.',
      role: 'operator',
      credential: 'session',
    });
    expect(answer.body).not.toHaveProperty('mustChangePassword');
    expect((await me(cookieOf(answer))).body).toMatchObject({ user: 'ada', role: 'operator' });
  });

  it('[C19] answers a wrong password like an unknown user', async () => {
    await create('ada', 'viewer');
    const [wrong, unknown] = [await login('ada', 'not the password'), await login('nobody')];
    for (const answer of [wrong, unknown]) {
      expect(answer.body).toMatchObject({ status: 401, code: 'credential_invalid' });
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const { attempt: _a, ...first } = wrong.body;
    const { attempt: _b, ...second } = unknown.body;
    expect(first).toEqual(second);
  });

  it('[C32] is refused like every handshake, without the name that was tried', async () => {
    await create('adalbert', 'viewer');
    const key = await node.key('admin');
    const sightings = [];
    for (const user of ['adalbert', 'wilhelmina']) {
      const logged = node.logged.length;
      const { body: told } = await login(user, 'not the password');
      const { body: verdict } = await node.call('GET', `/api/v1/handshakes/${told.attempt}`);
      expect(verdict).toMatchObject({ outcome: 'refused', ...told });
      const traced = await node.call('GET', `/api/v1/handshakes?attempt=${told.attempt}`, { key });
      const [line = ''] = node.logged.slice(logged).filter((text) => text.includes(told.attempt));
      expect(JSON.parse(line)).toMatchObject({ level: 'warn', code: 'credential_invalid' });
      expect(traced.body.items).toMatchObject([
        { stage: 'credential', code: 'credential_invalid', user: null },
      ]);
      const history = await node.call('GET', '/api/v1/channels/$SYS:handshakes/history', { key });
      const { event } = history.body.events.find(
        (push: { event: { subject?: string } }) => push.event.subject === told.attempt,
      );
      expect(event.type).toBe('handshake.refused');
      const seen = JSON.stringify([traced.body.items, line, event.data]);
      expect(seen).not.toContain(user);
      sightings.push({ ...traced.body.items[0], attempt: '', at: '' });
    }
    expect(sightings[0]).toEqual(sightings[1]);
    const metrics = await node.call('GET', '/metrics');
    expect(metrics.text).toContain(
      'greenlight_handshakes_total{transport="rest",outcome="refused",code="credential_invalid"} 2',
    );
  });

  it('[C20] is slowed down for who guesses, and not by those who know', async () => {
    await create('ada', 'viewer');
    await create('bob', 'viewer');
    for (let count = 0; count < 12; count += 1) expect((await login('bob')).status).toBe(200);
    for (let count = 0; count < 10; count += 1)
      expect((await login('ada', `guess number ${count}`)).body.code).toBe('credential_invalid');
    const limited = await login('ada');
    expect(limited.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await login('bob')).status).toBe(200);
  });

  it('[H16] [C5] leaves the password in no log line, attempt, answer or file', async () => {
    const made = await create('ada', 'viewer');
    const signedIn = await login('ada');
    await login('ada', `${PASSWORD}!`);
    const folder = join(node.dataFolder, 'log');
    const files = await Promise.all(
      (await readdir(folder)).map((file) => readFile(join(folder, file), 'latin1')),
    );
    const attempts = JSON.stringify(node.services.attempts.list());
    const seen = [made.text, signedIn.text, ...node.logged, attempts, ...files].join('\n');
    expect(seen).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(seen).not.toContain(PASSWORD);
    expect(made.text).not.toContain('argon2');
  });
});

describe('users', () => {
  it('[C21] get a random first password that has to be changed before anything else', async () => {
    const made = await node.call('POST', '/api/v1/users', {
      key: admin,
      body: { user: 'ada', role: 'admin' },
    });
    expect(made.status).toBe(201);
    const { password } = made.body as { password: string };
    const first = await login('ada', password);
    expect(first.body).toMatchObject({ user: 'ada', mustChangePassword: true });
    const cookie = cookieOf(first);
    const refused = await me(cookie);
    expect(refused.body).toMatchObject({ status: 403, code: 'password_change_required' });
    expect(refused.body.checked).toContainEqual({ stage: 'account', outcome: 'failed' });
    const socket = new Socket(cookie);
    expect(await socket.next()).toMatchObject({ type: 'refusal', code: 'password_change_required' });
    expect(await socket.closeCode).toBe(4403);

    const headers = { cookie, origin: node.url };
    const changed = await node.call('POST', '/api/v1/auth/password', {
      headers,
      body: { current: password, next: NEXT },
    });
    expect(changed.body).toMatchObject({ user: 'ada', role: 'admin' });
    expect((await me(cookie)).body.code).toBe('session_expired');
    expect((await me(cookieOf(changed))).status).toBe(200);
    expect((await login('ada', password)).body.code).toBe('credential_invalid');
  });

  it.each([
    [{ current: 'wrong wrong wrong', next: NEXT }, 401, 'credential_invalid'],
    [{ current: PASSWORD, next: 'short' }, 400, 'invalid_input'],
    [{ current: PASSWORD, next: PASSWORD }, 400, 'invalid_input'],
    [{ current: PASSWORD, next: 'my name is ada, you see' }, 400, 'invalid_input'],
    [{ current: PASSWORD, next: 'aaaaaaaaaaaaaaaa' }, 400, 'invalid_input'],
  ])('[C21] keep their password when asked for %o', async (body, status, code) => {
    await create('ada', 'viewer');
    const headers = { cookie: cookieOf(await login('ada')), origin: node.url };
    const answer = await node.call('POST', '/api/v1/auth/password', { headers, body });
    expect(answer.body).toMatchObject({ status, code });
    expect((await login('ada')).status).toBe(200);
  });

  it('[C21] changing the password ends the other sessions and their connections', async () => {
    await create('ada', 'viewer');
    const [here, there] = [cookieOf(await login('ada')), cookieOf(await login('ada'))];
    const socket = await connected(there);
    const headers = { cookie: here, origin: node.url };
    await node.call('POST', '/api/v1/auth/password', { headers, body: { current: PASSWORD, next: NEXT } });
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({
      code: 'credential_rejected',
    });
    expect(await socket.closeCode).toBe(4401);
    expect((await me(there)).body.code).toBe('session_expired');
  });

  it('[R1] are for administrators, each name once, and show no password', async () => {
    await create('ada', 'admin');
    expect((await create('ADA', 'viewer')).body).toMatchObject({ status: 409, code: 'state_conflict' });
    expect((await create('a b', 'viewer')).body.code).toBe('invalid_input');
    expect((await create('eve', 'viewer', { password: 'eve' })).body.code).toBe('invalid_input');
    const list = await node.call('GET', '/api/v1/users', { key: admin });
    expect(list.body.items).toMatchObject([
      { user: 'ada', role: 'admin', state: 'active', createdBy: 'root' },
    ]);
    expect(list.text).not.toContain('argon2');
    const key = await node.key('operator');
    for (const [method, path] of [
      ['GET', '/api/v1/users'],
      ['POST', '/api/v1/users'],
      ['PATCH', '/api/v1/users/ada'],
    ] as const)
      expect((await node.call(method, path, { key, ...(method !== 'GET' && { body: {} }) })).body.code).toBe(
        'channel_forbidden',
      );
    expect((await change('nobody', { disabled: true })).body.code).toBe('not_found');
    expect((await change('ada', {})).body.code).toBe('invalid_input');
    expect((await change('ada', { roles: 'viewer' })).body.code).toBe('invalid_input');
  });

  it('[C22] keep at least one administrator', async () => {
    await create('ada', 'admin');
    expect((await change('ada', { role: 'viewer' })).body.code).toBe('state_conflict');
    expect((await change('ada', { disabled: true })).body.code).toBe('state_conflict');
    await create('bob', 'admin');
    expect((await change('ada', { role: 'viewer' })).status).toBe(200);
  });
});

describe('changes of accounts and keys', () => {
  it('[C33] are each told by one event on $SYS:accounts, with who did it and without any secret', async () => {
    using watcher = new TestSocket({ host: node.host, credential: admin }, '/ws/$SYS:accounts');
    await watcher.until(({ type }) => type === 'connection_established');
    const call = (method: string, path: string, body?: object) =>
      node.call(method, `/api/v1/${path}`, { key: admin, ...(body && { body }) });
    await call('POST', 'users', {
      user: 'ada',
      role: 'viewer',
      password: PASSWORD,
      mustChangePassword: false,
    });
    await call('PATCH', 'users/ada', { role: 'operator' });
    await call('PATCH', 'users/ada', { role: 'operator' });
    await call('PATCH', 'users/ada', { disabled: true });
    await call('PATCH', 'users/ada', { disabled: false, mustChangePassword: true });
    const reset = await call('POST', 'users/ada/password', {});
    const cookie = cookieOf(await login('ada', reset.body.password));
    const changing = { current: reset.body.password, next: NEXT };
    await node.call('POST', '/api/v1/auth/password', {
      body: changing,
      headers: { cookie, origin: node.url },
    });
    const made = await call('POST', 'keys', { name: 'k', role: 'service', user: 'robot' });
    await call('DELETE', `keys/${made.body.id}`);
    await watcher.until(({ event }) => (event as Event | undefined)?.type === 'system.key_revoked');

    const history = await call('GET', 'channels/$SYS:accounts/history');
    const told = history.body.events.map(({ event }: { event: Event }) => event);
    const shown = told.map(({ type, subject, data }: Event) => [type, subject, data]);
    const ada = { role: 'operator', by: 'root' };
    const isKey = { role: 'service', user: 'robot', by: 'root' };
    expect(shown.slice(1)).toEqual([
      ['system.account_created', 'ada', { role: 'viewer', state: 'active', by: 'root' }],
      ['system.account_changed', 'ada', { ...ada, state: 'active', changes: ['role'] }],
      ['system.account_changed', 'ada', { ...ada, state: 'disabled', changes: ['state'] }],
      [
        'system.account_changed',
        'ada',
        { ...ada, state: 'active', changes: ['state', 'mustChangePassword'] },
      ],
      ['system.account_password_changed', 'ada', { ...ada, state: 'active', changes: [] }],
      [
        'system.account_password_changed',
        'ada',
        { ...ada, by: 'ada', state: 'active', changes: ['mustChangePassword'] },
      ],
      ['system.key_created', made.body.id, isKey],
      ['system.key_revoked', made.body.id, isKey],
    ]);
    const record = (await node.services.log.record('users', 'ada'))?.value as { password: string };
    for (const secret of [
      PASSWORD,
      NEXT,
      reset.body.password,
      record.password,
      made.body.key.split('_').slice(2).join('_'),
    ])
      expect(history.text).not.toContain(secret);
    const viewer = await node.key('service');
    const denied = await node.call('GET', '/api/v1/channels/$SYS:accounts/history', { key: viewer });
    expect(denied.body.code).toBe('channel_forbidden');
  });
});

describe('open connections', () => {
  it('[C23] end within a second when the account is disabled, whatever credential they have', async () => {
    await create('ada', 'operator');
    const key = await node.key('operator', { user: 'ada' });
    const cookie = cookieOf(await login('ada'));
    const socket = await connected(cookie);
    const stream = await fetch(`${node.url}/api/v1/sse?channels=orders`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const began = performance.now();
    await change('ada', { disabled: true });
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'forbidden' });
    expect(await socket.closeCode).toBe(4403);
    await stream.text();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect((await me(cookie)).body).toMatchObject({ status: 403, code: 'account_disabled' });
    expect((await node.call('GET', '/api/v1/auth/me', { key })).body.code).toBe('account_disabled');
    expect((await login('ada')).body.code).toBe('account_disabled');
    expect((await login('ada', 'a wrong password')).body.code).toBe('credential_invalid');
    await change('ada', { disabled: false });
    expect((await me(cookie)).status).toBe(200);
  });

  it('[C23] go on with the new role of the account', async () => {
    await create('ada', 'viewer');
    const cookie = cookieOf(await login('ada'));
    const socket = await connected(cookie);
    const publishing = { type: 'publish', channel: 'orders', event: { type: 'order.placed' } };
    expect(await socket.ask({ id: 2, ...publishing })).toMatchObject({ code: 'channel_forbidden' });
    await change('ada', { role: 'operator' });
    expect(await socket.ask({ id: 3, ...publishing })).toMatchObject({ type: 'ok' });
    await change('ada', { role: 'viewer' });
    expect(await socket.ask({ id: 4, ...publishing })).toMatchObject({ code: 'channel_forbidden' });
    expect((await me(cookie)).body.role).toBe('viewer');
    socket.websocket.close();
  });

  it('[C23] end when the new role may not read what they read', async () => {
    await create('ada', 'operator');
    const cookie = cookieOf(await login('ada'));
    const [reads, other] = [await connected(cookie, '$SYS:connections'), await connected(cookie)];
    const began = performance.now();
    await change('ada', { role: 'viewer' });
    expect(await reads.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'forbidden' });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await other.ask({ id: 2, type: 'ping' })).toMatchObject({ type: 'ok' });
    other.websocket.close();
  });

  it('[C23] on a long-poll end early, and the next one is judged anew', async () => {
    await create('ada', 'operator');
    const cookie = cookieOf(await login('ada'));
    const poll = (since: string) =>
      node.call('GET', `/api/v1/poll?channels=$SYS:connections&wait=25${since}`, { headers: { cookie } });
    const { position } = (await poll('')).body as { position: string };
    const began = performance.now();
    const waiting = poll(`&since=${position}`);
    // It is listed once it waits.
    while (node.services.connections.countOfUser('ada') === 0) await me(cookie);
    await change('ada', { role: 'viewer' });
    expect((await waiting).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await poll(`&since=${position}`)).body.code).toBe('channel_forbidden');
  });

  it('[C21] end when an administrator asks for a new password', async () => {
    await create('ada', 'operator');
    const socket = await connected(cookieOf(await login('ada')));
    await change('ada', { mustChangePassword: true });
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'forbidden' });
  });
});

describe('on the data folder of a stopped server', () => {
  it('[C24] the first administrator is made by hand, with a random password', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'greenlight-users-'));
    try {
      const log = await openLog({ folder });
      const made = await createUser(log, { user: 'Ada', role: 'admin', createdBy: 'command line' });
      expect(made).toMatchObject({
        ok: true,
        info: { user: 'ada', role: 'admin', mustChangePassword: true },
      });
      expect(made.ok && made.password).toMatch(/^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/);
      expect(await createUser(log, { user: 'ada', role: 'viewer', createdBy: 'x' })).toMatchObject({
        ok: false,
        code: 'state_conflict',
      });
      await log.close();
      const again = await openLog({ folder });
      expect(await again.count('users')).toBe(1);
      await again.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
