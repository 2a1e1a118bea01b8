/** keys, users, token and explain against a real gateway, and against the folder of a stopped one. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, folderOf, type Ran, runCli, type RunOptions } from '../test/run-cli.ts';

const PASSWORD = 'a wide river at dawn';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const greenlight = (args: readonly string[], { env, ...options }: RunOptions = {}): Promise<Ran> =>
  runCli(args, { ...options, env: { GREENLIGHT_URL: gateway.url, GREENLIGHT_DATA: gateway.data, ...env } });
const parsed = ({ stdout }: Ran): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
const withKey = (key: string): RunOptions => ({ env: { GREENLIGHT_API_KEY: key } });

function login(url: string, user: string, password: string): Promise<Response> {
  return fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
}

describe('greenlight keys', () => {
  it('[K28] prints a new key alone and once; it counts until it is revoked', async () => {
    const made = await greenlight(['keys', 'create', 'ci', '--role', 'operator', '--expires', '30d']);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^gl_[a-z0-9]+_[\w-]+\n$/);
    const key = made.stdout.trim();
    const id = key.split('_')[1] ?? '';
    expect(made.stderr).toContain(id);
    expect(made.stderr).not.toContain(key);
    expect((await greenlight(['ticket'], withKey(key))).code).toBe(0);

    const listed = await greenlight(['keys', 'list']);
    expect(listed.stdout).toMatch(new RegExp(`^${id} +ci +operator .*active until 20`, 'm'));
    expect(listed.stdout).not.toContain(key);

    expect(await greenlight(['keys', 'revoke', id])).toMatchObject({
      code: 0,
      stdout: `${id} is revoked.\n`,
    });
    const refused = await greenlight(['ticket'], withKey(key));
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('api_key_revoked');
    expect((await greenlight(['keys', 'list'])).stdout).toMatch(new RegExp(`^${id} .*revoked 20`, 'm'));
  });

  it('[K25] answers in JSON', async () => {
    const args = ['keys', 'create', 'limited', '--channel', 'a:*', '--channel', 'b', '--json'];
    const made = parsed(await greenlight(args));
    expect(made).toMatchObject({ name: 'limited', role: 'viewer', channels: ['a:*', 'b'] });
    const { items } = parsed(await greenlight(['keys', 'list', '--json']));
    expect(items).toContainEqual(expect.objectContaining({ id: made['id'], name: 'limited' }));
    expect(parsed(await greenlight(['keys', 'revoke', String(made['id']), '--json']))).toEqual({
      id: made['id'],
      revoked: true,
    });
  });

  it('[K24] takes the id of a key, never the key', async () => {
    const { code, stderr } = await greenlight(['keys', 'revoke', 'gl_k3v9x0ab_geheim']);
    expect(code).toBe(2);
    expect(stderr).toContain('by its id only');
    expect(stderr).not.toContain('geheim');
  });

  it.each([
    [['keys', 'revoke', 'nothere'], 'not_found'],
    [['keys', 'create', 'x', '--role', 'king'], 'invalid_input'],
    [['keys', 'create', 'x', '--expires', 'soon'], '--expires is a duration'],
    [['keys', 'create', 'x', '--expires', '2020-01-01T00:00:00Z'], 'in the past'],
    [['keys', 'create'], 'The name is missing'],
    [['keys', 'lst'], 'Did you mean "list"?'],
  ])('[K23] %j is said to be wrong', async (args, words) => {
    const { code, stdout, stderr } = await greenlight(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('shows what there is, and each command its options', async () => {
    expect(await greenlight(['keys'])).toMatchObject({ code: 2 });
    const { code, stdout } = await greenlight(['keys', 'create', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: greenlight keys create <name> [options]');
    expect(stdout).toContain('--expires WHEN');
  });
});

describe('greenlight users', () => {
  it('[K28] makes an account whose password comes from standard input', async () => {
    const args = ['users', 'create', 'Ada', '--role', 'operator', '--name', 'Ada L.', '--password-stdin'];
    const made = await greenlight(args, { input: `${PASSWORD}\n` });
    expect(made).toMatchObject({ code: 0, stdout: 'ada: operator, active, has to change the password\n' });
    expect((await login(gateway.url, 'ada', PASSWORD)).status).toBe(200);
    expect((await login(gateway.url, 'ada', 'something else')).status).toBe(401);
    expect((await greenlight(['users', 'list'])).stdout).toMatch(/^ada +Ada L\. +operator .*has to change/m);
  });

  it('[K28] prints a random password alone and once', async () => {
    const made = await greenlight(['users', 'create', 'ben', '--random-password', '--keep-password']);
    expect(made.code).toBe(0);
    expect(made.stderr).toContain('ben: viewer, active. The password is shown this once.');
    expect((await login(gateway.url, 'ben', made.stdout.trim())).status).toBe(200);
    expect(made.stderr).not.toContain(made.stdout.trim());
  });

  it('changes the role, disables and enables', async () => {
    await greenlight(['users', 'create', 'cy', '--keep-password', '--password-stdin'], { input: PASSWORD });
    expect(parsed(await greenlight(['users', 'role', 'cy', 'reviewer', '--json']))).toMatchObject({
      user: 'cy',
      role: 'reviewer',
    });
    expect((await greenlight(['users', 'disable', 'cy'])).stdout).toBe('cy: reviewer, disabled\n');
    expect((await login(gateway.url, 'cy', PASSWORD)).status).toBe(403);
    expect((await greenlight(['users', 'enable', 'cy'])).stdout).toBe('cy: reviewer, active\n');
    expect((await login(gateway.url, 'cy', PASSWORD)).status).toBe(200);
  });

  it('sets a new password for who has lost theirs, and ends the sessions', async () => {
    await greenlight(['users', 'create', 'di', '--keep-password', '--password-stdin'], { input: PASSWORD });
    const cookie = (await login(gateway.url, 'di', PASSWORD)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const me = (): Promise<Response> => fetch(`${gateway.url}/api/v1/auth/me`, { headers: { cookie } });
    expect((await me()).status).toBe(200);
    const { password } = parsed(await greenlight(['users', 'password', 'di', '--random-password', '--json']));
    expect((await me()).status).toBe(401);
    expect((await login(gateway.url, 'di', PASSWORD)).status).toBe(401);
    const again = await login(gateway.url, 'di', String(password));
    expect(await again.json()).toMatchObject({ user: 'di', mustChangePassword: true });
  });

  it.each([
    [['users', 'create', 'eve'], '--password-stdin or --random-password'],
    [['users', 'create', 'eve', '--random-password', '--password-stdin'], 'not both'],
    [['users', 'create', 'eve', '--password-stdin'], 'holds no password'],
    [['users', 'create', 'eve', '--password', PASSWORD], "Unknown option '--password'"],
    [['users', 'create', 'Eve!', '--random-password'], 'A user name has'],
    [['users', 'role', 'nobody', 'admin'], 'not_found'],
    [['users', 'role', 'nobody'], 'A user and a role'],
    [['users', 'password', 'nobody', '--random-password'], 'not_found'],
  ])('[K28] %j is said to be wrong', async (args, words) => {
    const { code, stdout, stderr } = await greenlight(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('does not accept a password that can be guessed', async () => {
    const { code, stderr } = await greenlight(['users', 'create', 'eve', '--password-stdin'], {
      input: 'short',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('invalid_input: A password needs at least 12 characters.');
  });

  it('needs the key of an administrator', async () => {
    const { stdout: key } = await greenlight(['keys', 'create', 'reader']);
    const { code, stderr } = await greenlight(['users', 'list'], withKey(key.trim()));
    expect(code).toBe(2);
    expect(stderr).toContain('channel_forbidden');
  });
});

describe('the first administrator', () => {
  // Six processes of the command line and two starts of a server, one after another.
  it(
    '[K29] is made on the folder of a production server before it starts, and signs in',
    { timeout: 120_000 },
    async () => {
      await using folder = await folderOf({});
      const data = join(folder.path, 'data');
      const create = (user: string): Promise<Ran> =>
        runCli(
          ['users', 'create', user, '--role', 'admin', '--keep-password', '--password-stdin', '--data', data],
          { input: PASSWORD },
        );
      expect(await create('root')).toMatchObject({ code: 0, stdout: 'root: admin, active\n', stderr: '' });
      expect((await create('root')).stderr).toContain('state_conflict: There is a user "root" already.');

      await using server = await startGateway({
        data,
        env: { GREENLIGHT_ENV: 'production', GREENLIGHT_ALLOWED_ORIGINS: 'https://app.example.com' },
      });
      expect(existsSync(join(data, 'admin.key'))).toBe(false);
      expect(await (await login(server.url, 'root', PASSWORD)).json()).toMatchObject({
        user: 'root',
        role: 'admin',
      });

      const late = await create('second');
      expect(late.code).toBe(2);
      expect(late.stderr).toMatch(/folder_in_use: The data folder .* is in use by process \d+/);

      await server.stop();
      const reset = ['users', 'password', 'root', '--random-password', '--data', data];
      const { stdout } = await runCli(reset);
      await server.restart();
      expect(await (await login(server.url, 'root', stdout.trim())).json()).toMatchObject({
        mustChangePassword: true,
      });
    },
  );

  const pty = ['/usr/bin/script', '/bin/script'].find((path) => existsSync(path));
  it.skipIf(!pty)('[K28] asks for the password twice and shows nothing of it', async () => {
    await using folder = await folderOf({});
    const words = ['users', 'create', 'root', '--role', 'admin', '--data', join(folder.path, 'data')];
    const line = [process.execPath, BIN, ...words].map((word) => `'${word}'`).join(' ');
    const child = spawn(pty ?? '', ['-qec', line, '/dev/null'], { stdio: 'pipe' });
    const heard = (prompt: string): Promise<void> =>
      new Promise((resolve) => {
        let seen = '';
        child.stdout.on('data', (chunk: Buffer) => {
          seen += chunk.toString();
          if (seen.includes(prompt)) resolve();
        });
      });
    const asked = heard('Password for root: ').then(() => child.stdin.write(`${PASSWORD}x\u007F\r`));
    const again = heard('The same again: ').then(() => child.stdin.write(`${PASSWORD}\r`));
    const screen: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => screen.push(chunk));
    await Promise.all([asked, again]);
    const code = await new Promise((resolve) => child.once('close', resolve));
    const seen = Buffer.concat(screen).toString();
    expect(code).toBe(0);
    expect(seen).toContain('root: admin, active');
    expect(seen).not.toContain('river');
  });
});

async function refusedAttempt(): Promise<string> {
  const response = await fetch(`${gateway.url}/api/v1/auth/me`, {
    headers: { authorization: 'Bearer gl_0123456789abcdef_geheimgeheim' },
  });
  return response.headers.get('greenlight-attempt') ?? '';
}

describe('greenlight explain', () => {
  it('[K30] draws the ladder for an operator, with what was seen, in 80 columns', async () => {
    const attempt = await refusedAttempt();
    const { code, stdout } = await greenlight(['explain', attempt]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✗ refused at credential: api_key_unknown, HTTP 401\n/);
    expect(stdout).toContain(attempt);
    expect(stdout).toMatch(/^ {2}✓ request +GET, rest$/m);
    expect(stdout).toMatch(/^ {2}✓ host +127\.0\.0\.1:\d+$/m);
    expect(stdout).toMatch(/^ {2}✗ credential +api_key_unknown$/m);
    expect(stdout).toMatch(/^ {2}· permission$/m);
    expect(stdout).toMatch(/^ {2}happened +There is no such API key/m);
    expect(stdout).toMatch(/^ {2}to do +Check that the key/m);
    expect(stdout).toMatch(/^ {2}headers +.*authorization/m);
    expect(stdout).not.toContain('geheim');
    const widths = stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });

  it('[H23] draws the way through proxies, and what of it was made up', { timeout: 60_000 }, async () => {
    await using behind = await startGateway({ env: { GREENLIGHT_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' } });
    const refused = await fetch(`${behind.url}/api/v1/auth/me`, {
      headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.0.0.8' },
    });
    const env = { GREENLIGHT_URL: behind.url, GREENLIGHT_DATA: behind.data };
    const attempt = refused.headers.get('greenlight-attempt') ?? '';
    const { stdout, stderr } = await greenlight(['explain', attempt], { env });
    expect(stderr).toBe('');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      [
        'by way of 127.0.0.1, the peer: a trusted proxy',
        '10.0.0.8, told by X-Forwarded-For: a trusted proxy',
        '203.0.113.9, told by X-Forwarded-For: counts as the client',
        '198.51.100.1, told by X-Forwarded-For: ignored, who told it is not a trusted proxy',
      ].join(' '),
    );
  });

  it('[K30] shows anybody else what anybody may know', async () => {
    const attempt = await refusedAttempt();
    const env = { GREENLIGHT_DATA: '/nonexistent' };
    const { code, stdout, stderr } = await greenlight(['explain', attempt], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✗ refused at credential: api_key_unknown, HTTP 401\n/);
    expect(stdout).toMatch(/^ {2}to do /m);
    expect(stdout).not.toContain('headers');

    const { stdout: key } = await greenlight(['keys', 'create', 'viewer']);
    const viewer = await greenlight(['explain', attempt, '--json'], withKey(key.trim()));
    expect(parsed(viewer)).toMatchObject({ verdict: { attempt, code: 'api_key_unknown' }, trace: null });
    expect(viewer.stderr).toContain('channel_forbidden');
  });

  it('tells of an accepted attempt too, and of one that never arrived', async () => {
    // Only what stays open is kept when it is accepted.
    const controller = new AbortController();
    const { headers } = await fetch(`${gateway.url}/api/v1/sse?channels=news`, {
      headers: { authorization: `Bearer ${gateway.apiKey}` },
      signal: controller.signal,
    });
    const { stdout } = await greenlight(['explain', headers.get('greenlight-attempt') ?? '']);
    controller.abort();
    expect(stdout).toMatch(/^✓ accepted as admin\n/);
    const never = await greenlight(['explain', 'AAAAAAAAAAAAAAAAAAAAAA']);
    expect(never).toMatchObject({ code: 2, stdout: '' });
    expect(never.stderr).toContain('attempt_not_seen');
    expect((await greenlight(['explain', 'short'])).stderr).toContain('22 characters');
  });
});

describe('greenlight token', () => {
  const secret = 'kQ3v9x0abTz7LmN2pR5sUw8yB1dF4gH6';

  const TTL = ['token', 'issue', '--user', 'ada', '--role', 'operator', '--expires'];

  it('issues one that a server with the same secret, issuer and audience takes', async () => {
    const env = {
      GREENLIGHT_JWT_SECRET: secret,
      GREENLIGHT_JWT_ISSUER: 'https://id.example.com',
      GREENLIGHT_JWT_AUDIENCE: 'greenlight',
    };
    await using server = await startGateway({ env });
    const issue = (...more: string[]): Promise<Ran> => greenlight([...TTL, '15m', ...more], { env });
    const issued = await issue('--channel', 'a:*', '--json');
    expect(issued.stdout).not.toContain(secret);
    const { token, claims } = parsed(issued) as { token: string; claims: { exp: number; iat: number } };
    expect(claims).toMatchObject({ sub: 'ada', role: 'operator', channels: ['a:*'], aud: 'greenlight' });
    expect(claims.exp - claims.iat).toBe(900);

    const check = (TOKEN: string): Promise<Ran> =>
      greenlight(['token', 'check', '--api-key-env', 'TOKEN', '--url', server.url], { env: { TOKEN } });
    const taken = await check(token);
    expect(taken.code).toBe(0);
    expect(taken.stdout).toMatch(
      /^✓ accepted as ada \(operator, token, channels a:\*, until 20.*\)\n {2}alg +HS256\n/,
    );
    const other = await greenlight([...TTL, '15m'], {
      env: { ...env, GREENLIGHT_JWT_AUDIENCE: 'elsewhere' },
    });
    expect(await check(other.stdout.trim())).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^✗ refused\n/) as string,
      stderr: expect.stringContaining('token_audience_mismatch') as string,
    });
  });

  it('shows what one says to a server that cannot verify it', async () => {
    const issued = await greenlight([...TTL, '15m'], { env: { GREENLIGHT_JWT_SECRET: secret } });
    const TOKEN = issued.stdout.trim();
    const checked = await greenlight(['token', 'check', '--api-key-env', 'TOKEN'], { env: { TOKEN } });
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/^✗ refused\n {2}alg +HS256\n/);
    expect(checked.stdout).toMatch(/^ {2}exp +\d+ \(20.*, in \d+ s\)$/m);
    expect(checked.stderr).toContain('token_key_unknown');
    expect(checked.stderr).not.toContain(TOKEN.slice(-20));
  });

  it('says as whom a server sees a credential', async () => {
    const { code, stdout } = await greenlight(['token', 'check']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '✓ accepted as admin (admin, api_key)\n' });
    const json = parsed(await greenlight(['token', 'check', '--json']));
    expect(json).toMatchObject({ accepted: true, claims: null, identity: { user: 'admin' } });
  });

  it('[K23] wants a secret that is set and long enough', async () => {
    const args = ['token', 'issue', '--user', 'ada'];
    expect(await greenlight(args)).toMatchObject({ code: 78, stdout: '' });
    const short = await greenlight(args, { env: { GREENLIGHT_JWT_SECRET: 'geheim' } });
    expect(short).toMatchObject({ code: 78, stdout: '' });
    expect(short.stderr).not.toContain('geheim');
    expect((await greenlight(['token', 'issue'])).stderr).toContain('The user is missing.');
  });
});
