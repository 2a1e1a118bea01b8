/** Which server is meant, and with which key: from options, the environment, and the data folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, type Options, UsageError } from './command.ts';
import { isLoopback } from './is-loopback.ts';
import { ownAddress, trustOwnCertificate } from './own-server.ts';

export const SERVER_OPTIONS = {
  url: { type: 'string', value: 'URL', about: 'The server. Default: GREENLIGHT_URL, else this machine.' },
  'api-key-env': {
    type: 'string',
    value: 'NAME',
    about: 'The environment variable that holds the API key. Default: GREENLIGHT_API_KEY.',
  },
} as const satisfies Options;

export type ServerAddress = { readonly url: string; readonly key: string };
/** For what may be asked without a key. */
export type AnybodysAddress = { readonly url: string; readonly key: string | null };

type Asked = { readonly url?: string; readonly 'api-key-env'?: string };

export function dataFolder(): string {
  return process.env['GREENLIGHT_DATA'] || '.greenlight';
}

/** With the key, without which there is nothing to ask. */
export function findServer(asked: Asked): ServerAddress {
  const url = findUrl(asked);
  const found = findKey(url, asked['api-key-env']);
  if (!found.ok) throw new ConfigurationError(found.detail);
  return { url: url.href, key: found.key };
}

/** With the key if there is one. A variable that was named and is not set is a mistake all the same. */
export function findServerForAnybody(asked: Asked): AnybodysAddress {
  const url = findUrl(asked);
  const found = findKey(url, asked['api-key-env']);
  if (!found.ok && asked['api-key-env'] !== undefined) throw new ConfigurationError(found.detail);
  return { url: url.href, key: found.ok ? found.key : null };
}

function findUrl(asked: Asked): URL {
  const { env } = process;
  const given = asked.url ?? (env['GREENLIGHT_URL'] || ownAddress(env['PORT'] || '8585'));
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const sentence = `${JSON.stringify(given)} is not the address of a server; it looks like http://127.0.0.1:8585.`;
    throw asked.url === undefined
      ? new ConfigurationError(`GREENLIGHT_URL or PORT: ${sentence}`)
      : new UsageError(sentence);
  }
  if (url.username || url.password || url.search)
    throw new UsageError(
      'A server address holds no credential and no query; the API key comes from a variable.',
    );
  trustOwnCertificate(url);
  return url;
}

type FoundKey = { readonly ok: true; readonly key: string } | { readonly ok: false; readonly detail: string };

function findKey(url: URL, variable: string | undefined): FoundKey {
  const key = process.env[variable ?? 'GREENLIGHT_API_KEY']?.trim();
  if (key) return { ok: true, key };
  if (variable !== undefined)
    return {
      ok: false,
      detail: `The environment variable ${variable}, which should hold the API key, is not set.`,
    };
  const file = join(dataFolder(), 'admin.key');
  // The key of the server here is nobody else's business.
  if (!isLoopback(url.hostname))
    return {
      ok: false,
      detail: `No API key for ${url.host}: set GREENLIGHT_API_KEY, or name another variable with --api-key-env.`,
    };
  try {
    return { ok: true, key: readFileSync(file, 'utf8').trim() };
  } catch {
    return {
      ok: false,
      detail: `No API key: set GREENLIGHT_API_KEY, or run this where the server was started, so that ${file} is found (or set GREENLIGHT_DATA).`,
    };
  }
}
