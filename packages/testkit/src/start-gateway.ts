/** A real gateway in a process of its own, on a free port with a data folder of its own: for black-box tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const MAIN = join(root, 'apps/gateway/src/main.ts');

export type GatewayOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Further command line flags. */
  readonly args?: readonly string[];
  /** Where it runs; its default root for validation. Default: the repository. */
  readonly cwd?: string;
  /** Data folder to use; not removed at the end. Default: a new one that is. */
  readonly data?: string;
};

export type GatewayProcess = {
  readonly url: string;
  /** The one-time sign-in link that the last start printed. */
  readonly signInUrl: string;
  /** The administrator's key of the data folder. */
  readonly apiKey: string;
  readonly pid: number;
  readonly data: string;
  /** Everything it printed so far, of all its lives. */
  readonly output: string;
  /** SIGTERM, and wait for the end; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, and wait for the end. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data folder. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

type Life = { child: ChildProcess; url: string; signInUrl: string; ended: Promise<number | null> };

export async function startGateway(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'greenlight-gateway-')));
  const printed: string[] = [];
  let port = 0;

  const live = async (): Promise<Life> => {
    const child = spawn(process.execPath, [MAIN, ...(options.args ?? [])], {
      cwd: options.cwd ?? root,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PORT: String(port),
        GREENLIGHT_DATA: data,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
    const found = await new Promise<{ url: string; signInUrl: string }>((resolve, reject) => {
      let url = '';
      let signInUrl = '';
      createInterface({ input: child.stdout }).on('line', (line) => {
        printed.push(`${line}\n`);
        url ||= /\bhttps?:\/\/[\w.[\]:]+(?=\/api\/v1$)/m.exec(line)?.[0] ?? '';
        signInUrl ||= /https?:\/\/\S+#code=\S+/.exec(line)?.[0] ?? '';
        if (line.startsWith('ready')) resolve({ url, signInUrl });
      });
      void ended.then((code) => reject(new Error(`The gateway ended with ${code}:\n${printed.join('')}`)));
    });
    port = Number(new URL(found.url).port);
    return { child, ended, ...found };
  };

  let life = await live();
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    life.child.kill(signal);
    return life.ended;
  };
  const apiKey = options.env?.['GREENLIGHT_ENV']
    ? ''
    : (await readFile(join(data, 'admin.key'), 'utf8')).trim();
  return {
    apiKey,
    data,
    get url() {
      return life.url;
    },
    get signInUrl() {
      return life.signInUrl;
    },
    get pid() {
      return life.child.pid ?? 0;
    },
    get output() {
      return printed.join('');
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    restart: async () => {
      life = await live();
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
      if (options.data === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}
