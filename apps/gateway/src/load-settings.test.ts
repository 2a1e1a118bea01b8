import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from './load-settings.ts';
import type { SettingsSource } from './read-sources.ts';

const folder = (config?: unknown): string => {
  const path = mkdtempSync(join(tmpdir(), 'greenlight-settings-'));
  if (config !== undefined)
    writeFileSync(
      join(path, 'greenlight.config.json'),
      typeof config === 'string' ? config : JSON.stringify(config),
    );
  return path;
};
const load = (source: Partial<SettingsSource>) =>
  loadSettings({ args: [], env: {}, cwd: folder(), ...source });
const problemsOf = (source: Partial<SettingsSource>): readonly string[] => {
  const { problems } = load(source);
  return problems;
};

const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)';
const FILE = import.meta.filename;
const PRODUCTION = { GREENLIGHT_ENV: 'production', GREENLIGHT_ALLOWED_ORIGINS: 'https://a.example' };

describe('settings', () => {
  it('need nothing: the defaults are a development server on 127.0.0.1:8585', () => {
    const loaded = load({});
    expect(loaded).toMatchObject({
      problems: [],
      warnings: [],
      settings: { environment: 'development', host: '127.0.0.1', port: 8585, data: '.greenlight' },
    });
  });

  it('prefer the command line over the environment over the file', () => {
    const cwd = folder({ port: 1001, host: '127.0.0.3', data: 'from-file' });
    const loaded = load({ cwd, env: { PORT: '1002', HOST: '127.0.0.2' }, args: ['--port', '1003'] });
    expect(loaded).toMatchObject({
      problems: [],
      warnings: [],
      settings: { port: 1003, host: '127.0.0.2', data: 'from-file' },
    });
  });

  it.each([
    [{ env: { PORT: 'eighty' } }, /^PORT is wrong/],
    [{ env: { PORT: '70000' } }, /^PORT is wrong/],
    [{ env: { GREENLIGHT_ENV: 'prod' } }, /^GREENLIGHT_ENV is wrong/],
    [{ env: { GREENLIGHT_PUBLIC_URL: 'greenlight.example.org' } }, /^GREENLIGHT_PUBLIC_URL is wrong/],
    [
      { env: { GREENLIGHT_ALLOWED_ORIGINS: 'https://a.example/path' } },
      /^GREENLIGHT_ALLOWED_ORIGINS is wrong/,
    ],
    [{ env: { GREENLIGHT_DATA: 'data-$(date +%s)' } }, /placeholder that was never filled in/],
    [{ env: { GREENLIGHT_PUBLIC_URL: 'https://${DOMAIN}' } }, /placeholder that was never filled in/],
    [
      { env: { GREENLIGHT_DATABASE_URL: 'postgres://x' } },
      /GREENLIGHT_DATABASE_URL is set, but this version/,
    ],
    [{ env: { GREENLIGHT_ENV: 'production' } }, /GREENLIGHT_ALLOWED_ORIGINS must name/],
    [{ args: ['--prot', '1'] }, /--prot/],
    [{ args: ['--config', 'nowhere.json'] }, /nowhere\.json does not exist/],
    [{ cwd: folder('{"port": }') }, /is not valid JSON/],
    [{ cwd: folder({ prot: 1 }) }, /"prot" in greenlight\.config\.json is not a setting/],
    [
      { cwd: folder({ limits: { conections: 1 } }) },
      /"limits\.conections" in greenlight\.config\.json is not a setting/,
    ],
    [{ env: { GREENLIGHT_ALLOWED_ORIGINS: 'https://A.example' } }, /no browser sends "https:\/\/A.example"/],
    [
      { env: { GREENLIGHT_ALLOWED_ORIGINS: 'https://a.example:443' } },
      /its pages send https:\/\/a\.example\.$/,
    ],
    [{ env: { GREENLIGHT_ALLOWED_ORIGINS: 'https://a.example/' } }, /its pages send https:\/\/a\.example\.$/],
    [{ env: { GREENLIGHT_ALLOWED_HOSTS: 'https://a.example' } }, /^GREENLIGHT_ALLOWED_HOSTS is wrong/],
    [{ env: { GREENLIGHT_ALLOWED_HOSTS: 'a.example:8585' } }, /without scheme and port/],
    [{ env: { GREENLIGHT_TRUSTED_PROXIES: 'nginx' } }, /must be addresses or ranges/],
    [{ env: { GREENLIGHT_TRUSTED_PROXIES: '10.0.0.0/33' } }, /must be addresses or ranges/],
    [{ env: { GREENLIGHT_ROOTS: 'nowhere' } }, /GREENLIGHT_ROOTS names nowhere, which does not exist/],
    [{ args: ['--root', FILE] }, /which is not a folder/],
    [{ env: { GREENLIGHT_DATA: join(FILE, 'data') } }, /would be made in .*, which is not a folder/],
    [{ env: { GREENLIGHT_JWT_SECRET: 'tooshort' } }, /The token secret has 8 bytes/],
    [{ env: { GREENLIGHT_JWT_SECRET: '${SECRET}' } }, /^GREENLIGHT_JWT_SECRET is a placeholder/],
    [{ cwd: folder({ publicUrl: 'https://${HOST}' }) }, /^"publicUrl" in greenlight.config.json is "https/],
    [{ cwd: folder({ allowedOrigins: ['https://$(hostname)'] }) }, /^"allowedOrigins" in .* never filled in/],
    [
      { cwd: folder({ tokens: { secret: SECRET, issuer: 'svc-$(date +%s)' } }) },
      /^"tokens.issuer" in greenlight.config.json is "svc-.* never filled in/,
    ],
    [{ cwd: folder({ tokens: { secret: '${SECRET}' } }) }, /^"tokens.secret" in .*json is a placeholder/],
    [
      { env: { GREENLIGHT_OIDC_CLIENT_ID: 'greenlight' } },
      /^GREENLIGHT_OIDC_ISSUER is wrong: must be set too/,
    ],
    [{ env: { ...PRODUCTION, GREENLIGHT_SIMULATED_SECRET: SECRET } }, /production/],
    [
      { env: { GREENLIGHT_PUBLIC_URL: 'https://a.example', GREENLIGHT_ALLOWED_HOSTS: 'b.example' } },
      /does not contain a\.example/,
    ],
  ])('say in one sentence what is wrong: %j', (source, sentence) => {
    const problems = problemsOf(source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });

  it.each<[Record<string, string>, RegExp[]]>([
    [{ GREENLIGHT_PUBLIC_URL: 'https://a.example' }, [/listens with http on port 8585; if a proxy/]],
    [{ GREENLIGHT_PUBLIC_URL: 'http://a.example:9000' }, [/is http:\/\/a\.example:9000, but this server/]],
    [{ GREENLIGHT_PUBLIC_URL: 'https://a.example', GREENLIGHT_TRUSTED_PROXIES: '::1,10.0.0.0/8' }, []],
    [{ GREENLIGHT_PUBLIC_URL: 'http://a.example:8585' }, []],
    [
      {
        GREENLIGHT_PUBLIC_URL: 'http://a.example:8585',
        GREENLIGHT_ALLOWED_ORIGINS: 'http://a.example,https://b.example',
      },
      [/has http:\/\/a\.example, which never matches/],
    ],
    [
      {
        GREENLIGHT_PUBLIC_URL: 'https://a.example',
        GREENLIGHT_TRUSTED_PROXIES: '127.0.0.1',
        GREENLIGHT_ALLOWED_ORIGINS: 'http://a.example',
      },
      [/those send https:\/\/a\.example\./],
    ],
  ])('warn of what most likely is not what was meant: %j', (env, sentences) => {
    const { problems, warnings } = load({ env });
    expect(problems).toEqual([]);
    expect(warnings).toEqual(sentences.map((sentence) => expect.stringMatching(sentence)));
  });

  it('take a table from the file and single values of it from variables', () => {
    const cwd = folder({ tokens: { issuer: 'https://id.example', audience: 'here' } });
    const { settings, sources } = load({
      cwd,
      env: { GREENLIGHT_JWT_AUDIENCE: 'greenlight', GREENLIGHT_JWT_SECRET: SECRET },
    });
    expect(settings?.tokens).toEqual({
      issuer: 'https://id.example',
      audience: 'greenlight',
      secret: SECRET,
    });
    expect(sources.get('tokens.issuer')).toEqual({ kind: 'file', name: 'greenlight.config.json' });
    expect(sources.get('tokens.audience')).toEqual({ kind: 'variable', name: 'GREENLIGHT_JWT_AUDIENCE' });
  });
});
