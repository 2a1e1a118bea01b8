/** Who holds a port, as far as it can be told: Greenlight says so itself, otherwise Linux's process table does. */
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { json } from 'node:stream/consumers';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** "another Greenlight (pid 42, build 1a2b, since …)", "nginx (pid 7)", or null. */
export async function portOwner(host: string, port: number): Promise<string | null> {
  return (await greenlightOn(host, port)) ?? processOn(port);
}

async function greenlightOn(host: string, port: number): Promise<string | null> {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const at = `${name.includes(':') ? `[${name}]` : name}:${port}/health/live`;
  for (const scheme of ['http', 'https']) {
    const { pid, build, startedAt } = await readHealth(`${scheme}://${at}`).catch(() => NOTHING);
    if (typeof pid === 'number')
      return `another Greenlight (pid ${pid}, build ${String(build)}, started ${String(startedAt)})`;
  }
  return null;
}

const NOTHING: Record<string, unknown> = {};

/** Whoever it is, it is only asked for its name: its certificate need not be trusted. */
function readHealth(url: string): Promise<Record<string, unknown>> {
  const options = { rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(1_000) };
  return new Promise((resolve, reject) => {
    const asked = (url.startsWith('https:') ? getOverTls : get)(url, options, (response) => {
      json(response).then((value) => resolve({ ...(value as object | null) }), reject);
    });
    asked.on('error', reject);
  });
}

function processOn(port: number): string | null {
  try {
    const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeners(table, port)));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holds(pid, inodes)) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
    }
  } catch {
    // Not Linux, or no right to look: then it cannot be told.
  }
  return null;
}

const LISTEN = '0A';

function listeners(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) && state === LISTEN)
    .map((fields) => `socket:[${fields[9] ?? ''}]`);
}

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
