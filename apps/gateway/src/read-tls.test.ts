import { generateKeyPairSync } from 'node:crypto';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPIRED, LOCALHOST } from '@greenlight/testkit/tls/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeSettings } from './describe-settings.ts';
import { loadSettings } from './load-settings.ts';

describe('[R24] certificate and key', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'greenlight-tls-'));
    await copyFile(LOCALHOST.cert, join(cwd, 'cert.pem'));
    await copyFile(EXPIRED.cert, join(cwd, 'expired.pem'));
    await writeFile(join(cwd, 'text.pem'), 'hello');
    const { privateKey } = generateKeyPairSync('ed25519');
    const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
    await writeFile(join(cwd, 'encrypted.pem'), privateKey.export(encrypted));
    for (const [from, to] of [
      [LOCALHOST, 'key.pem'],
      [EXPIRED, 'expired-key.pem'],
      [LOCALHOST, 'open-key.pem'],
    ] as const) {
      await copyFile(from.key, join(cwd, to));
      await chmod(join(cwd, to), to.startsWith('open') ? 0o644 : 0o600);
    }
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const load = (cert: string, key: string, env: Readonly<Record<string, string>> = {}) =>
    loadSettings({ args: [], env: { ...env, GREENLIGHT_TLS_CERT: cert, GREENLIGHT_TLS_KEY: key }, cwd });

  it('that belong together are taken without a word, and shown as files', () => {
    const loaded = load('cert.pem', 'key.pem', { GREENLIGHT_PUBLIC_URL: 'https://localhost:8585' });
    expect(loaded).toMatchObject({ problems: [], warnings: [] });
    expect(describeSettings(loaded)).toContainEqual({
      key: 'tls.cert',
      value: 'cert.pem',
      source: { kind: 'variable', name: 'GREENLIGHT_TLS_CERT' },
    });
  });

  it.each([
    ['', 'key.pem', 'GREENLIGHT_TLS_CERT is wrong: must be set too, beside what is set.'],
    ['cert.pem', 'none.pem', 'GREENLIGHT_TLS_KEY is <cwd>/none.pem, which does not exist.'],
    ['.', 'key.pem', 'GREENLIGHT_TLS_CERT is <cwd>, which cannot be read (EISDIR).'],
    ['text.pem', 'key.pem', 'GREENLIGHT_TLS_CERT is <cwd>/text.pem, which is not a certificate in PEM.'],
    ['key.pem', 'key.pem', 'GREENLIGHT_TLS_CERT is <cwd>/key.pem, which is not a certificate in PEM.'],
    ['cert.pem', 'cert.pem', 'GREENLIGHT_TLS_KEY is <cwd>/cert.pem, which is not a private key in PEM.'],
    [
      'cert.pem',
      'encrypted.pem',
      'GREENLIGHT_TLS_KEY is <cwd>/encrypted.pem, which is encrypted; the server needs it without a passphrase.',
    ],
    [
      'cert.pem',
      'expired-key.pem',
      'GREENLIGHT_TLS_KEY is not the key of the certificate in GREENLIGHT_TLS_CERT.',
    ],
  ])('cannot be %j and %j', (cert, key, sentence) => {
    expect(load(cert, key).problems).toEqual([sentence.replace('<cwd>', cwd)]);
  });

  it('are warned about when clients will not accept them, or others can read the key', () => {
    expect(load('expired.pem', 'expired-key.pem')).toMatchObject({
      problems: [],
      warnings: ['The certificate in GREENLIGHT_TLS_CERT expired on 2020-01-02: clients will not accept it.'],
    });
    const named = load('cert.pem', 'open-key.pem', { GREENLIGHT_PUBLIC_URL: 'https://gl.example.org:8585' });
    expect(named).toMatchObject({
      problems: [],
      warnings: [
        'The certificate in GREENLIGHT_TLS_CERT does not cover gl.example.org, the host of GREENLIGHT_PUBLIC_URL: clients will not accept it.',
        `GREENLIGHT_TLS_KEY is ${cwd}/open-key.pem, which every user of this machine can read: chmod 600 it.`,
      ],
    });
    const plain = load('cert.pem', 'key.pem', { GREENLIGHT_PUBLIC_URL: 'http://localhost:8585' });
    expect(plain.warnings).toEqual([expect.stringContaining('listens with https on port 8585')]);
  });
});
