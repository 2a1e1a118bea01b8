/** Tokens of every kind on a whole node, over real sockets; keys from a process that publishes them. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../http/testing/start-node.ts';
import { TestSocket } from '../testing/clients.ts';
import { claimsFor, ISSUER, AUDIENCE, newSigner, signWithSecret, startKeyServer } from './testing/issuer.ts';
import { type TokenSettings, tokenSettingsProblems } from './token-settings.ts';
import { weakSecret } from './weak-secret.ts';

const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';
const MINUTES = 60_000;

const nodes: TestNode[] = [];
let ahead = 0;
const start = async (tokens: TokenSettings): Promise<TestNode> => {
  ahead = 0;
  const node = await startNode({ identity: { tokens }, clock: () => Date.now() + ahead });
  nodes.push(node);
  return node;
};
afterEach(async () => {
  for (const node of nodes.splice(0)) await node[Symbol.asyncDispose]();
});

const codeOf = async (node: TestNode, key: string): Promise<string> => {
  const { status, body } = await node.call('GET', '/api/v1/auth/me', { key });
  return status === 200 ? 'ok' : body.code;
};
const problemsOf = (settings: TokenSettings): string => tokenSettingsProblems(settings).join(' ');
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;
const factsOf = (node: TestNode): Readonly<Record<string, unknown>> =>
  node.services.attempts.list({ outcome: 'refused', limit: 1 })[0]?.facts ?? {};

describe('a token', () => {
  it('[C13] signed with the secret says who it is, with role and channels', async () => {
    const node = await start({ secret: SECRET, issuer: ISSUER, audience: AUDIENCE });
    const token = await signWithSecret(SECRET, { role: 'operator', channels: ['orders:*'], name: 'Dora' });
    const { body } = await node.call('GET', '/api/v1/auth/me', { key: token });
    expect(body).toMatchObject({
      user: 'dora',
      name: 'Dora',
      role: 'operator',
      channels: ['orders:*'],
      credential: 'token',
    });
    const plain = await node.call('GET', '/api/v1/auth/me', { key: await signWithSecret(SECRET) });
    expect(plain.body.role).toBe('viewer');
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    '[C13] counts with %s and a static key',
    async (algorithm) => {
      const signer = await newSigner(algorithm);
      for (const publicKey of [signer.publicPem, JSON.stringify(signer.publicJwk)]) {
        const node = await start({ publicKey });
        expect(await codeOf(node, await signer.sign())).toBe('ok');
        const other = await newSigner(algorithm);
        expect(await codeOf(node, await other.sign())).toBe('token_signature_invalid');
      }
    },
  );

  it('[C4] [C13] gets the same verdict on REST, WebSocket, SSE, long-poll and in the auth frame', async () => {
    const node = await start({ secret: SECRET });
    const cases = [
      [await signWithSecret(SECRET), null],
      [await signWithSecret(SECRET, { exp: inSeconds(-100) }), 'token_expired'],
      [await signWithSecret(`${SECRET}x`), 'token_signature_invalid'],
    ] as const;
    for (const [token, code] of cases) {
      for (const path of ['/api/v1/auth/me', '/api/v1/poll?channels=a', '/api/v1/sse?channels=a']) {
        const response = await fetch(`${node.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
        expect([path, response.status]).toEqual([path, code === null ? 200 : 401]);
        if (code !== null) expect(await response.json()).toMatchObject({ code });
        else await response.body?.cancel();
      }
      using socket = new TestSocket(node, '/api/v1/ws');
      await socket.opened;
      socket.websocket.send(JSON.stringify({ id: 1, type: 'auth', token }));
      const first = await socket.next();
      if (code === null) expect(first).toMatchObject({ id: 1, type: 'ok', user: 'dora' });
      else {
        expect(first).toMatchObject({ type: 'refusal', code });
        expect((await socket.closed).code).toBe(4401);
      }
    }
  });

  it('[C14] that cannot count is told why, each cause with its own code', async () => {
    const node = await start({ secret: SECRET, issuer: ISSUER, audience: AUDIENCE });
    const rsa = await newSigner('RS256');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
    const token = (claims: object): Promise<string> => signWithSecret(SECRET, { ...claims });
    expect({
      good: await codeOf(node, await token({})),
      expired: await codeOf(node, await token({ exp: inSeconds(-61) })),
      early: await codeOf(node, await token({ nbf: inSeconds(120) })),
      forged: await codeOf(node, await signWithSecret(`${SECRET}x`)),
      rsa: await codeOf(node, await rsa.sign()),
      unsigned: await codeOf(node, unsigned),
      issuer: await codeOf(node, await token({ iss: 'https://other.example' })),
      noIssuer: await codeOf(node, await token({ iss: undefined })),
      audience: await codeOf(node, await token({ aud: ['billing'] })),
      role: await codeOf(node, await token({ role: 'root' })),
      endless: await codeOf(node, await token({ exp: undefined })),
      nobody: await codeOf(node, await token({ sub: undefined })),
      channels: await codeOf(node, await token({ channels: 'all' })),
    }).toEqual({
      good: 'ok',
      expired: 'token_expired',
      early: 'token_not_yet_valid',
      forged: 'token_signature_invalid',
      rsa: 'token_algorithm_not_allowed',
      unsigned: 'token_algorithm_not_allowed',
      issuer: 'token_issuer_untrusted',
      noIssuer: 'token_issuer_untrusted',
      audience: 'token_audience_mismatch',
      role: 'credential_malformed',
      endless: 'credential_malformed',
      nobody: 'credential_malformed',
      channels: 'credential_malformed',
    });
  });

  it('[C14] counts within the clock skew, and the operator sees the seconds', async () => {
    const node = await start({ secret: SECRET, clockSkewSeconds: 30 });
    expect(await codeOf(node, await signWithSecret(SECRET, { exp: inSeconds(-25) }))).toBe('ok');
    expect(await codeOf(node, await signWithSecret(SECRET, { nbf: inSeconds(25) }))).toBe('ok');
    expect(await codeOf(node, await signWithSecret(SECRET, { exp: inSeconds(-95) }))).toBe('token_expired');
    const facts = factsOf(node);
    expect(facts).toMatchObject({ alg: 'HS256', issuer: ISSUER, audience: AUDIENCE, skewSeconds: 30 });
    expect(facts['expiredBySeconds']).toBeGreaterThanOrEqual(95);
    expect(facts['expiredBySeconds']).toBeLessThan(105);
  });

  it('[C14] that was let in before is judged by its times and its signature again', async () => {
    const node = await start({ secret: SECRET, clockSkewSeconds: 0 });
    const token = await signWithSecret(SECRET, { nbf: inSeconds(-100), exp: inSeconds(1_000) });
    for (const _time of [1, 2]) expect(await codeOf(node, token)).toBe('ok');
    const [signed = '', signature = ''] = token.split(/\.(?=[^.]*$)/);
    const forged = `${signed}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await codeOf(node, forged)).toBe('token_signature_invalid');
    ahead = 2_000_000;
    expect(await codeOf(node, token)).toBe('token_expired');
    ahead = -2_000_000;
    expect(await codeOf(node, token)).toBe('token_not_yet_valid');
    ahead = 0;
    expect(await codeOf(node, token)).toBe('ok');
  });

  it('[C15] of HS256 is not verified with the public key that everybody knows', async () => {
    const signer = await newSigner('RS256');
    const node = await start({ publicKey: signer.publicPem });
    expect(await codeOf(node, await signWithSecret(signer.publicPem))).toBe('token_algorithm_not_allowed');
  });

  it('[C15] of an algorithm that is not on the list does not count, though the key would fit', async () => {
    const signer = await newSigner('ES256');
    const node = await start({ secret: SECRET, publicKey: signer.publicPem, algorithms: ['ES256'] });
    expect(await codeOf(node, await signer.sign())).toBe('ok');
    expect(await codeOf(node, await signWithSecret(SECRET))).toBe('token_algorithm_not_allowed');
  });

  it('[H16] appears in no log line, attempt or answer', async () => {
    const node = await start({ secret: SECRET });
    const token = await signWithSecret(SECRET, { exp: inSeconds(-1_000) });
    const { text } = await node.call('GET', '/api/v1/auth/me', { key: token });
    const signature = token.slice(token.lastIndexOf('.') + 1);
    const seen = [text, ...node.logged, JSON.stringify(node.services.attempts.list())].join('\n');
    expect(seen).toContain('token_expired');
    expect(seen).not.toContain(signature);
    expect(seen).not.toContain(SECRET);
  });

  it('[C8] gives tickets that end with it', async () => {
    const node = await start({ secret: SECRET });
    const key = await signWithSecret(SECRET, { exp: inSeconds(-55) });
    const { body } = await node.call('POST', '/api/v1/auth/ws-ticket', { key, body: {} });
    ahead = 10_000;
    const late = await node.call('GET', `/api/v1/auth/me?ticket=${body.ticket}`);
    expect(late.body.code).toBe('token_expired');
  });

  it('on a server without any token key is not judged', async () => {
    const node = await start({});
    const { body } = await node.call('GET', '/api/v1/auth/me', { key: await signWithSecret(SECRET) });
    expect(body).toMatchObject({ status: 401, code: 'token_key_unknown' });
  });
});

describe('published keys', () => {
  it('[C16] are fetched once and kept', async () => {
    const signer = await newSigner('RS256');
    await using keys = await startKeyServer(signer);
    const node = await start({ jwksUrl: keys.url });
    const token = await signer.sign();
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(node, token)));
    expect(new Set(codes)).toEqual(new Set(['ok']));
    expect(keys.requests).toBe(1);
  });

  it('[C16] are fetched again when a token names a new one, and the old one ends with the next fetch', async () => {
    const [old, fresh] = [await newSigner('ES256', 'old'), await newSigner('ES256', 'new')];
    await using keys = await startKeyServer(old);
    const node = await start({ jwksUrl: keys.url });
    const before = await old.sign();
    expect(await codeOf(node, before)).toBe('ok');
    await keys.publish(fresh);
    expect(await codeOf(node, await fresh.sign())).toBe('ok');
    for (const token of [before, await old.sign()])
      expect(await codeOf(node, token)).toBe('token_key_unknown');
    expect(factsOf(node)).toMatchObject({ kid: 'old', alg: 'ES256' });
  });

  it('[C16] are not fetched for each of many keys that nobody published', async () => {
    const signer = await newSigner('EdDSA');
    await using keys = await startKeyServer(signer);
    const node = await start({ jwksUrl: keys.url });
    for (let count = 0; count < 20; count += 1)
      expect(await codeOf(node, await signer.sign({}, { kid: `made-up-${count}` }))).toBe(
        'token_key_unknown',
      );
    // The first fetch, and five because of unknown keys.
    expect(keys.requests).toBe(6);
    expect(await codeOf(node, await signer.sign())).toBe('ok');
    ahead = 2 * MINUTES;
    await codeOf(node, await signer.sign({}, { kid: 'made-up' }));
    expect(keys.requests).toBe(7);
  });

  it('[C17] that cannot be fetched are the fault of nobody who comes with a token', async () => {
    const signer = await newSigner('RS256');
    await using keys = await startKeyServer(signer);
    await keys.stop();
    const node = await start({ jwksUrl: keys.url });
    const key = await signer.sign();
    const refused = await node.call('GET', '/api/v1/auth/me', { key });
    expect(refused.body).toMatchObject({
      status: 503,
      code: 'identity_provider_unreachable',
      retryable: true,
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await keys.restart();
    ahead = 3_000;
    expect(await codeOf(node, key)).toBe('ok');
  });

  it('[C17] go on counting for an hour while the provider is away; an unknown one is not judged', async () => {
    const [known, other] = [await newSigner('RS256', 'a'), await newSigner('RS256', 'b')];
    await using keys = await startKeyServer(known);
    const node = await start({ jwksUrl: keys.url });
    const token = await known.sign(claimsFor({ exp: inSeconds(7_200) }));
    expect(await codeOf(node, token)).toBe('ok');
    await keys.stop();
    expect(await codeOf(node, await other.sign())).toBe('identity_provider_unreachable');
    ahead = 30 * MINUTES;
    expect(await codeOf(node, token)).toBe('ok');
    ahead = 61 * MINUTES;
    expect(await codeOf(node, token)).toBe('identity_provider_unreachable');
  });

  it('[C17] that are no key set count as a provider that cannot be reached', async () => {
    const signer = await newSigner('RS256');
    const page = await start({});
    const node = await start({ jwksUrl: `${page.url}/health/live` });
    expect(await codeOf(node, await signer.sign())).toBe('identity_provider_unreachable');
  });
});

describe('settings', () => {
  it.each([
    [SECRET, null],
    ['short', 'has 5 bytes'],
    ['${GREENLIGHT_JWT_SECRET_OF_PRODUCTION}', 'never filled in'],
    ['service-$(date +%s)-of-the-back-end-in-staging', 'never filled in'],
    ['a'.repeat(64), 'repeats itself'],
    ['abc123XYZ-_'.repeat(4), 'repeats itself'],
    ['your-256-bit-secret-your-own-key-of-2026', 'example'],
  ])('[C18] the secret %s', (secret, problem) => {
    const found = weakSecret(secret);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
    expect(found ?? '').not.toContain(secret);
  });

  it('[C18] that cannot work are told in one sentence each', async () => {
    const { publicPem } = await newSigner('RS256');
    const small = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const pem = { type: 'spki', format: 'pem' } as const;
    const privatePem = small.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(problemsOf({ publicKey: publicPem, issuer: ISSUER })).toBe('');
    expect(problemsOf({ jwksUrl: 'http://127.0.0.1:1/keys' })).toBe('');
    expect(problemsOf({ publicKey: privatePem })).toContain('private key');
    expect(problemsOf({ publicKey: small.publicKey.export(pem).toString() })).toContain('2048 bits');
    expect(problemsOf({ publicKey: 'nonsense' })).toContain('neither');
    expect(problemsOf({ jwksUrl: 'http://id.example.com/keys' })).toContain('https');
    expect(problemsOf({ jwksUrl: 'https://id.example.com/keys', publicKey: publicPem })).toContain('both');
    expect(problemsOf({ secret: SECRET, algorithms: ['RS256'] })).toContain('RS256');
    expect(problemsOf({ issuer: ISSUER })).toContain('no secret');
    await expect(start({ secret: 'short' })).rejects.toThrow('has 5 bytes');
  });
});
