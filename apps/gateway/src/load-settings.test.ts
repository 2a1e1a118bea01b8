import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings, type SettingsSource } from './load-settings.ts';

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
  const loaded = load(source);
  return loaded.ok ? [] : loaded.problems;
};

describe('settings', () => {
  it('need nothing: the defaults are a development server on 127.0.0.1:8585', () => {
    const loaded = load({});
    expect(loaded).toMatchObject({
      ok: true,
      settings: { environment: 'development', host: '127.0.0.1', port: 8585, data: '.greenlight' },
    });
  });

  it('prefer the command line over the environment over the file', () => {
    const cwd = folder({ port: 1001, host: '127.0.0.3', data: 'from-file' });
    const loaded = load({ cwd, env: { PORT: '1002', HOST: '127.0.0.2' }, args: ['--port', '1003'] });
    expect(loaded).toMatchObject({
      ok: true,
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
    [
      { env: { GREENLIGHT_PUBLIC_URL: 'https://a.example', GREENLIGHT_ALLOWED_HOSTS: 'b.example' } },
      /does not contain a\.example/,
    ],
  ])('say in one sentence what is wrong: %j', (source, sentence) => {
    const problems = problemsOf(source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });
});
