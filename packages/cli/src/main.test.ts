import { existsSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { COMMANDS } from './commands.ts';
import { BIN, runCli } from './test/run-cli.ts';

describe('greenlight', () => {
  it('shows its version and its commands', async () => {
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each(Object.keys(COMMANDS))('%s --help shows usage, options and examples', async (name) => {
    const { code, stdout } = await runCli([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: greenlight ${name} `);
    expect(stdout).toMatch(new RegExp(`Examples:\n {2}greenlight ${name}\\b`));
  });

  it('[K23] suggests a command for one that does not exist', async () => {
    const { code, stdout, stderr } = await runCli(['vlaidate', 'docs']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Did you mean "validate"?');
    expect((await runCli(['xyzzy'])).stderr).toContain('--help lists them');
  });

  it('[K23] refuses an option that it does not know', async () => {
    const { code, stderr } = await runCli(['validate', 'docs', '--profil', 'strict']);
    expect(code).toBe(2);
    expect(stderr).toContain("Unknown option '--profil'");
  });

  it('[K23] checks the settings of a server: 0 when it would start, 78 when not, 2 for a mistyped option', async () => {
    const good = await runCli(['config', 'check', '--json', '--port', '9000']);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      settings: expect.arrayContaining([
        { key: 'port', value: 9000, source: { kind: 'flag', name: '--port' } },
      ]),
    });
    const wrong = await runCli(['config', 'check', '--root', '.', '--root', 'nowhere']);
    expect(wrong.code).toBe(78);
    expect(wrong.stdout).toContain('error: GREENLIGHT_ROOTS names nowhere, which does not exist.');
    expect((await runCli(['config', 'check', '--prot', '1'])).code).toBe(2);
  });

  it('[K23] says which setting has to change, with exit code 78', async () => {
    const missing = await runCli(['ticket'], { env: { GREENLIGHT_DATA: '/nonexistent' } });
    expect(missing).toMatchObject({ code: 78, stdout: '' });
    expect(missing.stderr).toContain('set GREENLIGHT_API_KEY');
    const unset = await runCli(['ticket', '--api-key-env', 'NOT_SET']);
    expect(unset).toMatchObject({ code: 78 });
    const odd = await runCli(['ticket'], { env: { GREENLIGHT_URL: 'not a url' } });
    expect(odd).toMatchObject({ code: 78 });
  });

  it('[K24] does not take a key from its arguments, and none in the address', async () => {
    expect(await runCli(['ticket', '--api-key', 'gl_1_secret'])).toMatchObject({ code: 2 });
    const { code, stderr } = await runCli(['ticket', '--url', 'http://u:geheim@127.0.0.1:1/']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('geheim');
  });

  it('[K24] keeps the key of the data folder for servers on this machine', async () => {
    const { code, stderr } = await runCli(['ticket', '--url', 'https://live.example.org']);
    expect(code).toBe(78);
    expect(stderr).toContain('No API key for live.example.org');
  });

  it('says in a sentence that a server cannot be reached', async () => {
    const env = { GREENLIGHT_API_KEY: 'gl_1_secret' };
    const { code, stderr } = await runCli(['ticket', '--url', 'http://127.0.0.1:1'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^greenlight: unreachable: .*\n$/);
    expect(stderr).not.toContain('secret');
  });

  const older = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path));
  it.skipIf(!older)('hands over to a Node that is new enough', async () => {
    const { stdout } = await promisify(execFile)(older ?? '', [BIN, '--version']);
    expect(stdout).toBe(`${manifest.version}\n`);
  });
});
