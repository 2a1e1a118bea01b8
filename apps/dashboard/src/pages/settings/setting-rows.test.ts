import { expect, it } from 'vitest';
import type { SettingsInForce } from '../../data/settings.ts';
import { settingRows } from './setting-rows.ts';

const BARE: SettingsInForce = {
  environment: 'staging',
  publicUrl: 'https://gl.example.org',
  allowedOrigins: ['https://gl.example.org'],
  allowedHosts: ['gl.example.org'],
  explain: 'full',
  trustedProxies: [],
  tokens: null,
  oidc: null,
  simulated: false,
  limits: {},
};
const valuesOf = (name: string, settings: SettingsInForce): readonly string[] =>
  settingRows(settings).find((row) => row.name === name)?.values ?? ['no such row'];

it('says in words whose tokens and sign-ins count, and that none do', () => {
  for (const name of ['Tokens', 'Identity provider', 'Simulated sign-in', 'Trusted proxies'])
    expect(valuesOf(name, BARE)).toEqual([]);
  const tokens = {
    algorithms: ['HS256'],
    keys: ['secret'],
    jwksUrl: null,
    issuer: null,
    audience: 'greenlight',
    clockSkewSeconds: 60,
  };
  expect(valuesOf('Tokens', { ...BARE, tokens })).toEqual([
    'HS256 with a shared secret',
    'issuer any that has the key',
    'audience greenlight',
    'clocks may be 60 s apart',
  ]);
  const oidc = {
    issuer: 'https://id.example.org',
    clientId: 'gl',
    scope: 'openid',
    roleClaim: 'groups',
    roles: { staff: 'viewer' as const },
    callback: 'https://gl.example.org/api/v1/auth/oidc/callback',
  };
  expect(valuesOf('Identity provider', { ...BARE, oidc })).toContain(
    'role from the claim "groups": staff is viewer',
  );
});

it('names for each setting how it is changed', () => {
  for (const { keys, does } of settingRows(BARE)) {
    expect(keys.length).toBeGreaterThan(0);
    expect(does).not.toBe('');
  }
});
