import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { type NodeOptions, startNode, type TestNode } from '../testing/start-node.ts';

const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';
const SIMULATED = 'pL0)wE4$rT7&yU1!iO5@aS8*dF2(gH6^';
const CLIENT_SECRET = 'cS5&nB2!kJ8#qW1@';

const everything: NodeOptions = {
  environment: 'staging',
  settings: { allowedHosts: ['live.example.org'], trustedProxies: ['10.0.0.0/8'] },
  limits: { pendingTickets: 7 },
  identity: {
    tokens: {
      secret: SECRET,
      jwksUrl: 'https://dora:keyword@keys.example.org/jwks.json?api_key=queryword',
      issuer: 'https://issuer.example.org',
      audience: 'greenlight',
    },
    oidc: {
      issuer: 'https://login.example.org/realm',
      clientId: 'greenlight',
      clientSecret: CLIENT_SECRET,
      roles: { ops: 'operator' },
    },
    simulatedSignIn: { secret: SIMULATED },
  },
};

let node: TestNode;
afterEach(() => node[Symbol.asyncDispose]());

describe('GET /api/v1/auth/methods', () => {
  it('[R25] tells everybody which ways to sign in there are', async () => {
    node = await startNode(everything);
    const { status, body } = await node.call('GET', '/api/v1/auth/methods');
    expect(status).toBe(200);
    const oidc = { issuer: 'https://login.example.org/realm' };
    expect(body).toEqual({ password: true, oidc, simulated: true });
  });

  it('[R25] names none that is not there', async () => {
    node = await startNode();
    const { body } = await node.call('GET', '/api/v1/auth/methods');
    expect(body).toEqual({ password: true, oidc: null, simulated: false });
  });
});

describe('GET /api/v1/settings', () => {
  it('[R26] shows operators what is in force', async () => {
    node = await startNode(everything);
    const { body } = await node.call('GET', '/api/v1/settings', { key: await node.key('operator') });
    expect(body).toEqual({
      environment: 'staging',
      publicUrl: node.url,
      allowedOrigins: ['https://app.example.com'],
      allowedHosts: ['live.example.org'],
      explain: 'full',
      trustedProxies: ['10.0.0.0/8'],
      tokens: {
        algorithms: ['HS256', 'RS256', 'ES256', 'EdDSA'],
        keys: ['secret', 'jwks'],
        jwksUrl: 'https://keys.example.org/jwks.json',
        issuer: 'https://issuer.example.org',
        audience: 'greenlight',
        clockSkewSeconds: 60,
      },
      oidc: {
        issuer: 'https://login.example.org/realm',
        clientId: 'greenlight',
        scope: 'openid profile',
        roleClaim: 'role',
        roles: { ops: 'operator' },
        callback: `${node.url}/api/v1/auth/oidc/callback`,
      },
      simulated: true,
      limits: { ...DEFAULT_LIMITS, pendingTickets: 7 },
    });
  });

  it('[R26] holds no secret, in no spelling', async () => {
    node = await startNode(everything);
    const { text } = await node.call('GET', '/api/v1/settings', { key: await node.key('admin') });
    const secrets = [SECRET, SIMULATED, CLIENT_SECRET, 'keyword', 'queryword'];
    for (const secret of secrets)
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64url')])
        expect(text).not.toContain(spelling);
  });

  it('[R26] shows of a key where it comes from, and nothing where none counts', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    node = await startNode({ identity: { tokens: { publicKey: pem } } });
    const { body, text } = await node.call('GET', '/api/v1/settings', { key: await node.key('operator') });
    expect(body.tokens).toMatchObject({ algorithms: ['EdDSA'], keys: ['public_key'], issuer: null });
    expect(text).not.toContain('PUBLIC KEY');
    await using bare = await startNode();
    const none = await bare.call('GET', '/api/v1/settings', { key: await bare.key('operator') });
    expect(none.body).toMatchObject({ tokens: null, oidc: null, simulated: false });
  });

  it('[R26] is for operators and administrators', async () => {
    node = await startNode();
    for (const role of ['viewer', 'reviewer', 'service'] as const) {
      const { body } = await node.call('GET', '/api/v1/settings', { key: await node.key(role) });
      expect(body.code, role).toBe('channel_forbidden');
    }
  });
});
