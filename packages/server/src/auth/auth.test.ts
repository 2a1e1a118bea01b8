import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '@greenlight/handshake/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestSocket } from '../testing/clients.ts';
import { PAGE, startTestServer, type TestServer } from '../testing/handshake-server.ts';

const from = (origin?: string): { headers: ReadonlyMap<string, string> } => ({
  headers: new Map(origin === undefined ? [] : [['origin', origin]]),
});
const codeOf = (result: { ok: true } | { ok: false; failure: { code: string } }): string =>
  result.ok ? 'ok' : result.failure.code;

let server: TestServer;
let alice: Identity;
let aliceKey: string;
beforeEach(async () => {
  server = await startTestServer();
  const { key } = await server.services.apiKeys.create({
    name: 'alice',
    user: 'alice',
    role: 'operator',
    channels: ['app:*', 'user:{user}'],
    createdBy: 'tests',
  });
  const verified = await server.services.apiKeys.verify(key);
  if (!verified.ok) throw new Error(verified.failure.code);
  aliceKey = key;
  alice = verified.identity;
});
afterEach(() => server[Symbol.asyncDispose]());

async function ticketOf(identity: Identity, options: { channels?: string[]; origin?: string } = {}) {
  const minted = await server.services.tickets.mint(identity, options);
  if (!minted.ok) throw new Error(minted.failure.code);
  return minted.ticket;
}

describe('API keys', () => {
  it('[C5] are gl_<id>_<secret> with 32 random bytes, and the list never shows the secret', async () => {
    expect(aliceKey).toMatch(/^gl_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(await server.services.apiKeys.list())).not.toContain(aliceKey.split('_').at(-1));
  });

  it('[C4] say who it is, with role and channels', () => {
    expect(alice).toMatchObject({
      user: 'alice',
      role: 'operator',
      channels: ['app:*', 'user:{user}'],
      credential: 'api_key',
    });
  });

  it('[C4] with a wrong secret are as unknown as those that never were', async () => {
    const other = `gl_${alice.credentialId}_${'A'.repeat(43)}`;
    expect(codeOf(await server.services.apiKeys.verify(other))).toBe('api_key_unknown');
    expect(codeOf(await server.services.apiKeys.verify('gl_nobody_x'))).toBe('api_key_unknown');
  });

  it('[C6] count for nothing once revoked, and their connections are cut', async () => {
    using socket = new TestSocket(server, '/ws', aliceKey);
    await socket.next();
    expect(await server.services.apiKeys.revoke(alice.credentialId)).toBe(true);
    expect(codeOf(await server.services.apiKeys.verify(aliceKey))).toBe('api_key_revoked');
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await server.services.apiKeys.revoke(alice.credentialId)).toBe(false);
  });

  it('[C6] count for nothing once expired', async () => {
    const { key } = await server.services.apiKeys.create({
      name: 'short',
      role: 'viewer',
      expiresAt: Date.now() + 60_000,
      createdBy: 'tests',
    });
    expect(codeOf(await server.services.apiKeys.verify(key))).toBe('ok');
    server.advance(60_001);
    expect(codeOf(await server.services.apiKeys.verify(key))).toBe('api_key_revoked');
  });

  it('[C6] stay revoked when a use is noted at the same moment', async () => {
    const [, revoked] = await Promise.all([
      server.services.apiKeys.verify(aliceKey),
      server.services.apiKeys.revoke(alice.credentialId),
      server.services.apiKeys.verify(aliceKey),
    ]);
    expect(revoked).toBe(true);
    expect(codeOf(await server.services.apiKeys.verify(aliceKey))).toBe('api_key_revoked');
  });
});

describe('tickets', () => {
  it('[C7] are 32 random bytes, count once and say who asked for them', async () => {
    const ticket = await ticketOf(alice);
    expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
    expect(await server.services.tickets.verify(ticket, from())).toMatchObject({
      ok: true,
      identity: { user: 'alice', credential: 'ticket', credentialId: alice.credentialId },
    });
    expect(codeOf(await server.services.tickets.verify(ticket, from()))).toBe('ticket_already_used');
  });

  it('[C7] let exactly one of 1,000 simultaneous uses in', async () => {
    const ticket = await ticketOf(alice);
    const uses = Array.from({ length: 1_000 }, () => server.services.tickets.verify(ticket, from()));
    const codes = (await Promise.all(uses)).map(codeOf);
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(codes.filter((code) => code === 'ticket_already_used')).toHaveLength(999);
  });

  it('[C7] count for 30 seconds', async () => {
    const ticket = await ticketOf(alice);
    server.advance(30_001);
    expect(codeOf(await server.services.tickets.verify(ticket, from()))).toBe('ticket_expired');
    expect(codeOf(await server.services.tickets.verify('never minted', from()))).toBe('ticket_unknown');
  });

  it('[C8] count only from the origin they were asked for, and stay good for it', async () => {
    const ticket = await ticketOf(alice, { origin: PAGE });
    expect(codeOf(await server.services.tickets.verify(ticket, from('https://evil.example')))).toBe(
      'ticket_origin_mismatch',
    );
    expect(codeOf(await server.services.tickets.verify(ticket, from()))).toBe('ticket_origin_mismatch');
    expect(codeOf(await server.services.tickets.verify(ticket, from(PAGE)))).toBe('ok');
  });

  it('[C8] narrow the channels and never widen them', async () => {
    const ticket = await ticketOf(alice, { channels: ['app:news', 'app:x*', 'user:alice'] });
    expect(await server.services.tickets.verify(ticket, from())).toMatchObject({
      identity: { channels: ['app:news', 'app:x*', 'user:alice'] },
    });
    for (const beyond of ['*', 'ap*', 'user:bob', '$SYS:handshakes'])
      expect(codeOf(await server.services.tickets.mint(alice, { channels: [beyond] }))).toBe(
        'channel_forbidden',
      );
  });

  it('[C8] end with the credential that asked for them', async () => {
    const ticket = await ticketOf(alice);
    await server.services.apiKeys.revoke(alice.credentialId);
    expect(codeOf(await server.services.tickets.verify(ticket, from()))).toBe('api_key_revoked');
  });

  it('[C8] cannot be traded for another ticket', async () => {
    const used = await server.services.tickets.verify(await ticketOf(alice), from());
    if (!used.ok) throw new Error(used.failure.code);
    expect(codeOf(await server.services.tickets.mint(used.identity, {}))).toBe('channel_forbidden');
  });

  it('[C9] wait for use at most five at a time for one user, whoever asks at once', async () => {
    const minted = await Promise.all(
      Array.from({ length: 12 }, () => server.services.tickets.mint(alice, {})),
    );
    expect(minted.filter(({ ok }) => ok)).toHaveLength(5);
    expect(minted.filter(({ ok }) => !ok)).toContainEqual({
      ok: false,
      failure: expect.objectContaining({ code: 'rate_limited', retryAfterMs: expect.any(Number) as number }),
    });
    const [first] = minted.flatMap((result) => (result.ok ? [result.ticket] : []));
    expect(codeOf(await server.services.tickets.verify(first as string, from()))).toBe('ok');
    expect(codeOf(await server.services.tickets.mint(alice, {}))).toBe('ok');
    expect(codeOf(await server.services.tickets.mint({ ...alice, user: 'bob' }, {}))).toBe('ok');
  });

  it('[C9] make room again when they expire, and are forgotten in the end', async () => {
    for (let count = 0; count < 5; count += 1) await ticketOf(alice);
    server.advance(30_001);
    await ticketOf(alice);
    server.advance(20 * 60_000);
    await ticketOf(alice);
    // The newest ticket and the owner's gate.
    expect(await server.rawLog.count('tickets')).toBe(2);
  });
});

describe('sessions', () => {
  const person = { user: 'carol', name: 'Carol', role: 'admin' } as const;

  async function signIn(): Promise<{ secret: string; identity: Identity }> {
    const signedIn = await server.services.sessions.signIn(await server.services.sessions.mintCode(person));
    if (!signedIn.ok) throw new Error(signedIn.failure.code);
    return signedIn;
  }

  it('[C11] open with a code that counts once', async () => {
    const code = await server.services.sessions.mintCode(person);
    expect(await server.services.sessions.signIn(code)).toMatchObject({ ok: true, identity: person });
    expect(codeOf(await server.services.sessions.signIn(code))).toBe('ticket_already_used');
    expect(codeOf(await server.services.sessions.signIn('never minted'))).toBe('ticket_unknown');
  });

  it('[C11] do not open with a code that is older than 10 minutes', async () => {
    const code = await server.services.sessions.mintCode(person);
    server.advance(10 * 60_000 + 1);
    expect(codeOf(await server.services.sessions.signIn(code))).toBe('ticket_expired');
  });

  it('[C10] have a cookie that scripts cannot read, that keeps to its site, port and TLS', () => {
    const { sessions } = server.services;
    expect(sessions.cookie('secret', true)).toBe(
      'greenlight_8585=secret; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure',
    );
    expect(sessions.cookie('secret', false)).not.toContain('Secure');
    expect(sessions.clearedCookie(false)).toContain('greenlight_8585=; Path=/; Max-Age=0');
  });

  it('[C12] end when signed out, with their connections and tickets', async () => {
    const { secret, identity } = await signIn();
    const ticket = await ticketOf(identity);
    using socket = new TestSocket(server, `/ws?ticket=${await ticketOf(identity)}`);
    await socket.next();
    await server.services.sessions.end(secret);
    expect(codeOf(await server.services.sessions.verify(secret))).toBe('session_expired');
    expect(codeOf(await server.services.tickets.verify(ticket, from()))).toBe('session_expired');
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  it('[C10] end by themselves after 12 hours', async () => {
    const { secret } = await signIn();
    server.advance(12 * 3_600_000);
    expect(codeOf(await server.services.sessions.verify(secret))).toBe('session_expired');
    await signIn();
    expect(await server.rawLog.count('sessions')).toBe(1);
  });
});

describe('on disk', () => {
  it('[C10] [C5] a session and a key survive a restart, and no secret is in the files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'greenlight-auth-'));
    const secrets: string[] = [];
    try {
      {
        await using first = await startTestServer({ folder });
        const code = await first.services.sessions.mintCode({ user: 'dora', name: 'Dora', role: 'viewer' });
        const signedIn = await first.services.sessions.signIn(code);
        if (!signedIn.ok) throw new Error(signedIn.failure.code);
        const { key } = await first.services.apiKeys.create({
          name: 'k',
          role: 'viewer',
          createdBy: 'tests',
        });
        const minted = await first.services.tickets.mint(signedIn.identity, {});
        if (!minted.ok) throw new Error(minted.failure.code);
        secrets.push(code, signedIn.secret, minted.ticket, key, key.slice(key.lastIndexOf('_') + 1));
      }
      {
        await using second = await startTestServer({ folder });
        expect(codeOf(await second.services.sessions.verify(secrets[1] as string))).toBe('ok');
        expect(codeOf(await second.services.apiKeys.verify(secrets[3] as string))).toBe('ok');
        expect(codeOf(await second.services.tickets.verify(secrets[2] as string, from()))).toBe('ok');
      }
      for (const file of await readdir(folder)) {
        const bytes = await readFile(join(folder, file));
        for (const secret of secrets) expect([file, bytes.includes(secret)]).toEqual([file, false]);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
