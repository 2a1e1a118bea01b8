/** The command as its user meets it, against a real gateway. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess } from '@greenlight/testkit/start-gateway';
import type { Json } from './speak/ask.ts';
import { conformingGateway } from './testing/gateway.ts';

const COMMAND = join(import.meta.dirname, '../bin/greenlight-conformance.mjs');

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await conformingGateway();
}, 60_000);
afterAll(() => gateway[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { PATH: process.env['PATH'], THE_KEY: gateway.apiKey, EMPTY: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

const keysOf = async (): Promise<Json[]> =>
  (
    (await (
      await fetch(`${gateway.url}/api/v1/keys`, { headers: { authorization: `Bearer ${gateway.apiKey}` } })
    ).json()) as { items: Json[] }
  ).items;

it('passes every check, tells which rules nobody can check from outside, and leaves nothing behind', async () => {
  const { code, stdout } = await run(gateway.url, '--key-env', 'THE_KEY', '--json');
  const { counts, results } = JSON.parse(stdout) as { counts: Json; results: Json[] };
  expect(results.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  expect(code).toBe(0);
  expect(counts.pass).toBeGreaterThan(100);
  expect(results.filter(({ outcome, reason }) => outcome === 'not_checkable' && !reason)).toEqual([]);
  // There is no provider here, everything is explained, and a quick machine ends a run before it can be steered.
  const left = results.filter(({ name, outcome }) => name !== null && outcome === 'not_checkable');
  expect(
    left.map(({ rule }) => rule).filter((rule) => !['H14', 'C31', 'X7', 'X8', 'X10'].includes(rule)),
  ).toEqual([]);
  expect(stdout).not.toContain(gateway.apiKey);
  expect(stdout).not.toMatch(/gl_[a-z0-9]+_[\w-]{20,}/);
  const keys = (await keysOf()).filter(({ user, revokedAt }) => user.startsWith('conformance') && !revokedAt);
  expect(keys).toEqual([]);
}, 240_000);

it('passes the checks of handshakes and credentials where only the public is told', async () => {
  await using discreet = await conformingGateway('public');
  const key = join(discreet.data, 'admin.key');
  const { code, stdout } = await run(discreet.url, '--key-file', key, '--only', 'H,C2,C4,C6,C7,F7');
  expect(stdout).not.toContain('✗');
  expect(stdout).toContain('✓ H14 the public tier');
  expect(code).toBe(0);
}, 120_000);

it('lists sections with what passed, and runs only what is wanted', async () => {
  const { code, stdout } = await run(
    gateway.url,
    '--key-file',
    join(gateway.data, 'admin.key'),
    '--only',
    'W1,H7,F14',
  );
  expect(stdout.trim().split('\n')).toEqual([
    'H  Handshakes and refusals',
    '  ✓ H7 Host',
    '',
    'F  Frames and WebSocket',
    '  – F14: It needs the node to stop.',
    '',
    'W  Long-poll',
    '  ✓ W1 the answer',
    '',
    '2 passed, 0 failed, 1 not checkable from outside.',
  ]);
  expect(code).toBe(0);
});

it.each([
  [[], 'Name one server, such as http://127.0.0.1:8585.'],
  [['localhost:8585', '--key-env', 'THE_KEY'], 'Name one server, such as http://127.0.0.1:8585.'],
  [['http://127.0.0.1'], 'Say where the key is: --key-env NAME or --key-file PATH.'],
  [['http://127.0.0.1', '--key-env', 'EMPTY'], 'The variable EMPTY is not set.'],
  [['http://127.0.0.1', '--key-file', '/nowhere'], 'The file /nowhere cannot be read.'],
  [['http://127.0.0.1', '--only', 'Q7'], 'There is no rule or section "Q7"; --list names them.'],
])('ends with 2 and a sentence when it is called as %j', async (args, sentence) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: `greenlight-conformance: ${sentence}\n`,
  });
});

it('fails where nobody answers, and lists its checks without a server', async () => {
  const nobody = await run('http://127.0.0.1:1', '--key-env', 'THE_KEY', '--only', 'P1');
  expect(nobody.code).toBe(1);
  expect(nobody.stdout).toContain('ECONNREFUSED');
  const { code, stdout } = await run('--list', '--only', 'P1,P7');
  expect({ code, lines: stdout.trim().split('\n') }).toEqual({
    code: 0,
    lines: [expect.stringMatching(/^P1 first offset: /), expect.stringMatching(/^P7 not checkable: /)],
  });
});
