/** What the settings need of this machine, and of others. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Findings } from './contradictions.ts';
import { readTls } from './read-tls.ts';
import type { Settings } from './settings.ts';

export type Surroundings = Pick<Settings, 'roots' | 'data' | 'tls' | 'publicUrl' | 'trustedProxies'>;

export function surroundings({ roots = [], data, tls, ...named }: Surroundings, cwd: string): Findings {
  const missing = roots.flatMap((root) => {
    const path = resolve(cwd, root);
    if (!existsSync(path)) return [`GREENLIGHT_ROOTS names ${root}, which does not exist.`];
    return statSync(path).isDirectory() ? [] : [`GREENLIGHT_ROOTS names ${root}, which is not a folder.`];
  });
  const whyNot = whyNotWritable(resolve(cwd, data));
  const folder = whyNot === null ? [] : [`GREENLIGHT_DATA is ${data}, which ${whyNot}.`];
  const { problems, warnings } = tls ? readTls({ ...named, tls }, cwd) : { problems: [], warnings: [] };
  return { problems: [...missing, ...folder, ...problems], warnings };
}

/** Null if files can be made there, or the folder itself can. */
function whyNotWritable(path: string): string | null {
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  const where = nearest === path ? 'is' : `would be made in ${nearest}, which is`;
  if (!statSync(nearest).isDirectory()) return `${where} not a folder`;
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return null;
  } catch {
    return `${where} not writable for this user`;
  }
}

const TIMEOUT_MS = 3_000;

/** One sentence when the published keys cannot be fetched now. They are asked for again when a token comes. */
export async function unreachableKeys({ tokens: { jwksUrl } }: Settings): Promise<string | null> {
  if (jwksUrl === undefined) return null;
  try {
    const response = await fetch(jwksUrl, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = response.ok ? await response.json() : null;
    if (!response.ok) return unreachable(jwksUrl, `it answered ${response.status}`);
    const isKeySet = typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys);
    return isKeySet ? null : unreachable(jwksUrl, 'what it answered is no key set');
  } catch (error) {
    return unreachable(jwksUrl, reasonOf(error));
  }
}

const unreachable = (url: string, why: string): string =>
  `GREENLIGHT_JWKS_URL is ${withoutSecrets(url)}, from where no keys can be fetched (${why}): until they can, tokens are answered with identity_provider_unreachable.`;

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (inner instanceof Error) return inner.message;
  return error instanceof Error ? error.message : String(error);
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return JSON.stringify(url);
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
