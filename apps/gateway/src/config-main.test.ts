/** `greenlight config check` as a process, and a start that warns. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startGateway } from '@greenlight/testkit/start-gateway';
import { describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'config-main.ts');
const SECRET = 'kB8#v1Qe!zR5@tY9^uI3&oP7*aS2(dF6)kB8#v1Qe!z';

type Checked = {
  ok: boolean;
  settings: { key: string; value: unknown; source: { kind: string; name?: string } }[];
  errors: string[];
  warnings: string[];
};

async function check(
  env: Record<string, string>,
  { args = [], file }: { args?: readonly string[]; file?: unknown } = {},
): Promise<{ code: number; output: string }> {
  const cwd = await mkdtemp(join(tmpdir(), 'greenlight-config-'));
  if (file !== undefined) await writeFile(join(cwd, 'greenlight.config.json'), JSON.stringify(file));
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  return { code, output };
}

async function warningsOf(url: string): Promise<readonly string[]> {
  const { output } = await check({ GREENLIGHT_JWKS_URL: url }, { args: ['--json'] });
  return (JSON.parse(output) as Checked).warnings;
}

/** Answers every request alike. */
async function answering(status: number, body: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('config check', () => {
  it('[R24] tells each setting with its source, and of a secret only its length', async () => {
    const file = { host: '127.0.0.2', limits: { heartbeatMs: 5_000 }, oidc: { clientSecret: 'do-not-show' } };
    const { code, output } = await check(
      {
        GREENLIGHT_JWT_SECRET: SECRET,
        GREENLIGHT_OIDC_ISSUER: 'https://id.example',
        GREENLIGHT_OIDC_CLIENT_ID: 'greenlight',
      },
      { args: ['--port', '9000', '--json'], file },
    );
    expect(code).toBe(0);
    const { ok, settings, errors, warnings } = JSON.parse(output) as Checked;
    expect({ ok, errors, warnings }).toEqual({ ok: true, errors: [], warnings: [] });
    const inFile = { kind: 'file', name: 'greenlight.config.json' };
    expect(settings).toEqual(
      expect.arrayContaining([
        { key: 'environment', value: 'development', source: { kind: 'default' } },
        { key: 'host', value: '127.0.0.2', source: inFile },
        { key: 'port', value: 9000, source: { kind: 'flag', name: '--port' } },
        { key: 'limits.heartbeatMs', value: 5_000, source: inFile },
        {
          key: 'tokens.secret',
          value: 'set, 43 characters',
          source: { kind: 'variable', name: 'GREENLIGHT_JWT_SECRET' },
        },
        { key: 'oidc.clientSecret', value: 'set, 11 characters', source: inFile },
      ]),
    );
    expect(output).not.toContain(SECRET);
    expect(output).not.toContain('do-not-show');
  });

  it('[R24] tells every error at once, with 78, and shows nothing that may be a mistyped secret', async () => {
    const { code, output } = await check(
      { PORT: 'http', GREENLIGHT_DATA: 'data-$(date +%s)', GREENLIGHT_ROOTS: 'nowhere' },
      { file: { jwtSecret: SECRET, tokens: { sercet: SECRET } } },
    );
    expect(code).toBe(78);
    const errors = output.split('\n').filter((line) => line.startsWith('error: '));
    expect(errors).toHaveLength(5);
    expect(output).toContain('\n5 errors, 0 warnings.\n');
    expect(output).not.toContain(SECRET);
  });

  it('[R24] warns when the published keys cannot be fetched, and says why', async () => {
    await using broken = await answering(500, '');
    await using page = await answering(200, '{"hello": "world"}');
    await using good = await answering(200, '{"keys": []}');
    expect(await warningsOf(`${broken.url}?key=secret`)).toEqual([
      expect.stringContaining(`GREENLIGHT_JWKS_URL is ${broken.url}, from where no keys can be fetched`),
    ]);
    expect(await warningsOf(page.url)).toEqual([expect.stringContaining('is no key set')]);
    expect(await warningsOf(good.url)).toEqual([]);
    await good[Symbol.asyncDispose]();
    expect(await warningsOf(good.url)).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });
});

describe('a start', () => {
  it('[R24] goes on with warnings, and takes tokens of the configured secret', async () => {
    await using gateway = await startGateway({
      env: { GREENLIGHT_JWT_SECRET: SECRET, GREENLIGHT_JWKS_URL: 'http://127.0.0.1:1/jwks' },
    });
    const response = await fetch(`${gateway.url}/health/realtime`);
    const { transports } = (await response.json()) as {
      transports: { calls: { call: string; seen: string }[] }[];
    };
    const seen = transports.map(({ calls }) => calls.find(({ call }) => call === 'expired_token')?.seen);
    expect(seen).toEqual(Array.from({ length: 4 }, () => '401 token_expired'));
    expect(gateway.output).toContain('greenlight: warning: GREENLIGHT_JWKS_URL is http://127.0.0.1:1/jwks');
  });
});
