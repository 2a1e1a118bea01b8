/** A real nginx in the foreground on a free port, with a prefix of its own, and the configuration of the docs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))));

/** Installed, or unpacked by `scripts/setup.mjs test`. Null if there is none. */
export const NGINX: string | null =
  [
    process.env['NGINX'],
    '/usr/sbin/nginx',
    join(root, 'node_modules/.cache/greenlight-nginx/usr/sbin/nginx'),
  ].find((path) => path !== undefined && existsSync(path)) ?? null;

/** The first configuration of docs/behind-a-proxy.md. */
export async function documentedConfiguration(): Promise<string> {
  const page = await readFile(join(root, 'docs/behind-a-proxy.md'), 'utf8');
  const found = /```nginx\n(.*?)```/s.exec(page)?.[1];
  if (found === undefined) throw new Error('docs/behind-a-proxy.md shows no configuration.');
  return found;
}

/** One that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Rejects when it does not start, with what it printed. */
export async function startNginx(binary: string, http: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join('\n');
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off;\nmaster_process off;\npid ${folder}/pid;\nerror_log stderr notice;\nevents {}\nhttp {\n  access_log off;\n${temporary}\n${http}\n}\n`,
  );
  const child = spawn(binary, ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const printed: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      printed.push(line);
      // Said once its ports are open.
      if (line.includes('event method')) resolve();
    });
    void ended.then(() => reject(new Error(`nginx ended:\n${printed.join('\n')}`)));
  });
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
