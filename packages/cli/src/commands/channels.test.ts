/** publish, tail, ticket, backup and restore against a real gateway. */
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, folderOf, type Ran, runCli, type RunOptions, spawnCli } from '../test/run-cli.ts';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const asAdmin = (server: GatewayProcess): Record<string, string> => ({
  GREENLIGHT_URL: server.url,
  GREENLIGHT_DATA: server.data,
});
const greenlight = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  runCli(args, { ...options, env: asAdmin(gateway) });

/** Resolves when a running command has written this. */
function written(
  child: ReturnType<typeof spawnCli>,
  stream: 'stdout' | 'stderr',
  words: string,
): Promise<void> {
  return new Promise((resolve) => {
    let seen = '';
    child[stream]?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(words)) resolve();
    });
  });
}

describe('greenlight publish', () => {
  it('prints the position', async () => {
    const first = await greenlight(['publish', 'positions', '{"type":"note","data":1}']);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[a-z0-9]+:1\n$/) });
    const second = await greenlight([
      'publish',
      'positions',
      '--type',
      'note',
      '--data',
      '{"n": 2}',
      '--json',
    ]);
    expect(JSON.parse(second.stdout)).toMatchObject({ offset: 2, durability: 'disk', duplicate: false });
  });

  it('reads events from standard input', async () => {
    const { stdout } = await greenlight(['publish', 'piped', '-'], { input: '[{"type":"a"},{"type":"b"}]' });
    expect(stdout).toMatch(/:2\n$/);
  });

  it('publishes once for one idempotency key', async () => {
    const args = ['publish', 'once', '--type', 'note', '--idempotency-key', 'k1', '--json'];
    const [first, again] = [await greenlight(args), await greenlight(args)];
    expect(JSON.parse(again.stdout)).toEqual({ ...JSON.parse(first.stdout), duplicate: true });
  });

  it('tells what the server says against it', async () => {
    const { code, stderr } = await greenlight(['publish', 'workflows', '--type', 'note']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^greenlight: channel_forbidden: /);
  });

  it.each([[['news']], [['news', '{']], [['a,b', '--type', 't']], [['news', '{}']]])(
    'does not accept %j',
    async (args) => {
      expect(await greenlight(['publish', ...args])).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

describe('greenlight tail', () => {
  it('prints event frames, one a line, from the first event on', async () => {
    for (const data of ['1', '2']) await greenlight(['publish', 'frames', '--type', 'note', '--data', data]);
    const { code, stdout } = await greenlight([
      'tail',
      'frames',
      '--since',
      'earliest',
      '--count',
      '2',
      '--json',
    ]);
    expect(code).toBe(0);
    const frames = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as object);
    expect(frames).toMatchObject([
      { type: 'event', channel: 'frames', offset: 1, event: { type: 'note', data: 1 } },
      { type: 'event', channel: 'frames', offset: 2, event: { type: 'note', data: 2 } },
    ]);
  });

  it('goes on after a position, to a type', async () => {
    const positions: string[] = [];
    for (const type of ['a', 'b', 'c', 'd'])
      positions.push((await greenlight(['publish', 'types', '--type', type])).stdout.trim());
    const { stdout, stderr } = await greenlight([
      'tail',
      'types',
      '--since',
      positions[0] ?? '',
      '--until',
      'c',
    ]);
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((text) => text.trim().split(/\s+/)[2]),
    ).toEqual(['b', 'c']);
    expect(stderr).toContain(`--since ${positions[2]}`);
  });

  it('[K27] loses and repeats nothing over a killed server', async () => {
    await using server = await startGateway();
    const env = asAdmin(server);
    const publish = (data: string): Promise<Ran> =>
      runCli(['publish', 'kills', '--type', 'n', '--data', data], { env });
    await publish('1');
    const child = spawnCli(['tail', 'kills', '--since', 'earliest', '--count', '4', '--json'], { env });
    const result = ended(child);
    await written(child, 'stdout', '"data":1');
    await publish('2');
    await server.kill();
    await written(child, 'stderr', 'No connection');
    await server.restart();
    await publish('3');
    await publish('4');
    const { code, stdout } = await result;
    expect(code).toBe(0);
    const data = stdout
      .trim()
      .split('\n')
      .map((text) => (JSON.parse(text) as { event: { data: number } }).event.data);
    expect(data).toEqual([1, 2, 3, 4]);
  });

  it('ends cleanly at Ctrl-C', async () => {
    await greenlight(['publish', 'interrupted', '--type', 'n']);
    const child = spawnCli(['tail', 'interrupted', '--since', 'earliest'], { env: asAdmin(gateway) });
    const result = ended(child);
    await written(child, 'stdout', ' n');
    child.kill('SIGINT');
    const { code, stderr } = await result;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^greenlight: go on with --since \S+\n$/);
  });

  it('ends with 2 when it is refused, with code, fix and attempt', async () => {
    const env = { GREENLIGHT_URL: gateway.url, GREENLIGHT_API_KEY: 'gl_0123456789abcdef_AAAA' };
    const { code, stderr } = await runCli(['tail', 'news'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/(api_key_unknown|credential_malformed): .+ \(attempt [\w-]{22}\)/);
    expect(stderr).not.toContain('AAAA');
  });

  it.each([[[]], [['a', 'b']], [['a,b']], [['a', '--since', 'x']], [['a', '--count', '0']]])(
    'does not accept %j',
    async (args) => {
      expect(await greenlight(['tail', ...args])).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

it('greenlight ticket prints a ticket that lets one WebSocket in, once', async () => {
  const ticket = (await greenlight(['ticket'])).stdout.trim();
  const greet = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws/test?ticket=${ticket}`);
      socket.addEventListener('message', ({ data }) => {
        resolve(String(data));
        socket.close();
      });
      socket.addEventListener('error', () => resolve('refused'));
    });
  expect(await greet()).toBe('Hello from test WebSocket!');
  expect(await greet()).toBe('refused');
  const { expiresIn } = JSON.parse((await greenlight(['ticket', '--json'])).stdout) as { expiresIn: number };
  expect(expiresIn).toBe(30);
});

describe('greenlight backup and restore', () => {
  it('bring the events of a running server to another folder', async () => {
    await using folder = await folderOf({});
    await greenlight(['publish', 'kept', '--type', 'note', '--data', '"safe"']);
    const file = join(folder.path, 'backup.db');
    const data = join(folder.path, 'data');
    expect(await greenlight(['backup', file])).toMatchObject({ code: 0, stdout: `${file}\n` });
    expect(await greenlight(['restore', file, '--data', data])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('revoke again those that were revoked since') as string,
    });
    await using restored = await startGateway({ data });
    const { stdout } = await runCli(['tail', 'kept', '--since', 'earliest', '--count', '1', '--json'], {
      env: asAdmin(restored),
    });
    expect(JSON.parse(stdout)).toMatchObject({ offset: 1, event: { data: 'safe' } });
  });

  it('say why they cannot', async () => {
    await using folder = await folderOf({ 'not-a-backup': 'text' });
    const file = join(folder.path, 'not-a-backup');
    expect(await runCli(['backup', join(folder.path, 'b'), '--data', folder.path])).toMatchObject({
      code: 2,
    });
    const restored = await runCli(['restore', file, '--data', join(folder.path, 'data')]);
    expect(restored.code).toBe(2);
    expect(restored.stderr).toContain('is not a Greenlight backup');
    const inUse = await greenlight(['restore', file, '--data', gateway.data, '--replace']);
    expect(inUse.code).toBe(2);
  });
});

it('greenlight serve starts the server and hands on its exit code', async () => {
  await using folder = await folderOf({});
  const child = spawnCli(['serve', '--port', '0', '--data', join(folder.path, 'data')], { cwd: folder.path });
  const result = ended(child);
  await written(child, 'stdout', 'Self-probe');
  child.kill('SIGTERM');
  expect((await result).code).toBe(0);
  expect(await runCli(['serve', '--port', 'x'], { cwd: folder.path })).toMatchObject({ code: 78 });
});
