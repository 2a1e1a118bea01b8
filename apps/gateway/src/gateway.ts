/** One running gateway: takes the folder and the port, composes, probes itself, and stops in the right order. */
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFolder } from '@greenlight/log/lock';
import { LogOpenError } from '@greenlight/log/log-open-error';
import type { ServerInfo } from '@greenlight/server/info';
import { DEFAULT_LIMITS } from '@greenlight/server/limits';
import { createBareServer } from '@greenlight/server/server';
import { adminKey } from './admin-key.ts';
import type { Banner } from './banner.ts';
import { buildId } from './build-id.ts';
import { compose } from './compose.ts';
import { portOwner } from './port-owner.ts';
import { createSelfProbe, type SelfProber } from './probe/self-probe.ts';
import { type ReadTls, readTls } from './read-tls.ts';
import { listenerAddress, publicUrlOf, serverSettings } from './server-settings.ts';
import type { Settings } from './settings.ts';

export type Gateway = {
  readonly facts: Omit<Banner, 'readyMs'>;
  /** Reads certificate and key anew, for handshakes from now on. Null without TLS. */
  readonly renewTls: (() => ReadTls) | null;
  stop(): Promise<void>;
};
export type Started =
  | { readonly ok: true; readonly gateway: Gateway }
  /** One sentence: what is in the way and what to do. */
  | { readonly ok: false; readonly problem: string };

const home = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const VERSION = (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version;

export async function startGateway(settings: Settings, cwd: string): Promise<Started> {
  const { tls: files } = settings;
  const tls = files ? readTls({ ...settings, tls: files }, cwd) : null;
  if (tls?.pair === null) return { ok: false, problem: tls.problems.join(' ') };
  const folder = resolve(cwd, settings.data);
  const locked = lockFolder(folder);
  if (!locked.ok) return { ok: false, problem: locked.detail };
  const http = createBareServer(tls?.pair);
  const refusal = await listen(http, settings);
  if (refusal !== null) {
    locked.lock.release();
    return { ok: false, problem: refusal };
  }
  try {
    return { ok: true, gateway: await open(settings, { cwd, http, lock: locked.lock }) };
  } catch (error) {
    http.close();
    locked.lock.release();
    if (error instanceof LogOpenError) return { ok: false, problem: error.message };
    throw error;
  }
}

type Held = {
  readonly cwd: string;
  readonly http: HttpServer;
  readonly lock: Extract<ReturnType<typeof lockFolder>, { ok: true }>['lock'];
};

async function open(settings: Settings, { cwd, http, lock }: Held): Promise<Gateway> {
  const { port } = http.address() as AddressInfo;
  const development = settings.environment === 'development';
  const info: ServerInfo = {
    node: `n_${randomBytes(6).toString('base64url')}`,
    version: VERSION,
    build: buildId(home),
    pid: process.pid,
    startedAt: new Date(performance.timeOrigin).toISOString(),
    publicUrl: publicUrlOf(settings, port),
    environment: settings.environment,
  };
  // The doors open before there is anything to probe them with.
  const ready = Promise.withResolvers<SelfProber>();
  let selfProbe: SelfProber | null = null;
  const composed = await compose({
    settings,
    info,
    lock,
    http,
    cwd,
    home,
    serverSettings: serverSettings(settings, port),
    roots: (settings.roots ?? (development ? ['.'] : [])).map((root) => resolve(cwd, root)),
    selfProbe: {
      last: () => selfProbe?.last() ?? null,
      repeat: async () => (await ready.promise).repeat(),
    },
  });
  const { services } = composed.server;
  const { tls } = settings;
  const address = listenerAddress(settings, port);
  const keyFile = development ? await adminKey(lock.folder, services.apiKeys) : undefined;
  const code = development
    ? await services.sessions.mintCode({ user: 'admin', name: 'Administrator', role: 'admin' })
    : undefined;
  const prober = createSelfProbe({
    services,
    address,
    tokens: settings.tokens,
    publicUrl: settings.publicUrl ?? null,
  });
  selfProbe = prober;
  ready.resolve(prober);
  const probe = await prober.repeat();
  return {
    facts: {
      info,
      address,
      probe,
      data: shown(cwd, lock.folder),
      ...(code !== undefined && { signIn: { code, minutes: services.limits.signInCodeMinutes } }),
      ...(keyFile !== undefined && { keyFile: shown(cwd, keyFile) }),
    },
    renewTls:
      tls && http instanceof HttpsServer
        ? () => {
            const read = readTls({ ...settings, tls }, cwd);
            if (read.pair) http.setSecureContext(read.pair);
            return read;
          }
        : null,
    async stop() {
      const { stopMs } = services.limits;
      // Nothing that was acknowledged is lost by it.
      setTimeout(() => {
        process.stderr.write(`greenlight: not everything was done within ${stopMs} ms (limits.stopMs).\n`);
        process.exit(1);
      }, stopMs).unref();
      prober.stop();
      await composed.server.drain();
      await composed.server.close();
      await composed.close();
      lock.release();
    },
  };
}

/** Relative to the working folder where it lies below it. */
function shown(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below === '' ? '.' : below.startsWith('..') ? path : below;
}

/** Null once it listens, else the sentence that says why not. */
async function listen(http: HttpServer, { host, port, limits }: Settings): Promise<string | null> {
  http.listen({ host, port, backlog: limits.acceptBacklog ?? DEFAULT_LIMITS.acceptBacklog });
  try {
    await once(http, 'listening');
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    switch (code ?? '') {
      case 'EADDRINUSE': {
        const owner = (await portOwner(host, port)) ?? 'another program';
        return `Port ${port} on ${host} is taken by ${owner}. Stop it, or choose another port with PORT=….`;
      }
      case 'EACCES':
        return `Port ${port} may not be used by this user. Choose one from 1024 up with PORT=….`;
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return `HOST is ${host}, which is no address of this machine. Use 127.0.0.1, 0.0.0.0 or one that is.`;
      default:
        return `The server cannot listen on ${host}:${port}: ${message}.`;
    }
  }
}
