/** One question to the web: is there something at this address? */
import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isInnerAddress } from './address-guard.ts';
import type { ExternalOptions } from './input.ts';

export type UrlAnswer =
  | { readonly kind: 'found' }
  /** Moved for good, in every step; `to` is where it ends. */
  | { readonly kind: 'moved'; readonly to: string }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'private' }
  | { readonly kind: 'redirects' }
  | { readonly kind: 'unreachable'; readonly reason: string };

export type AskOptions = Pick<ExternalOptions, 'timeoutMs' | 'maxRedirects'> & {
  /** Ask loopback and private addresses, too. */
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const FOR_GOOD: ReadonlySet<number> = new Set([301, 308]);

/** HEAD, and GET where HEAD is not liked. Follows redirects. Rejects only with the signal's reason. */
export async function askUrl(url: string, options: AskOptions): Promise<UrlAnswer> {
  let current = new URL(url);
  let forGood = true;
  for (let step = 0; step <= options.maxRedirects; step++) {
    const head = await once(current, 'HEAD', options);
    const answer = likesHead(head) ? head : await once(current, 'GET', options);
    options.signal.throwIfAborted();
    if (answer.kind !== 'answer') return answer;
    const { status, location } = answer;
    if (!REDIRECTS.has(status) || location === null) {
      if (status >= 400) return { kind: 'status', status };
      return step > 0 && forGood ? { kind: 'moved', to: current.href } : { kind: 'found' };
    }
    forGood &&= FOR_GOOD.has(status);
    if (!URL.canParse(location, current))
      return { kind: 'unreachable', reason: 'it redirects to no valid address' };
    const next = new URL(location, current);
    if (next.protocol !== 'http:' && next.protocol !== 'https:')
      return { kind: 'unreachable', reason: `it redirects to ${next.protocol}` };
    if (next.hash === '') next.hash = current.hash;
    current = next;
  }
  return { kind: 'redirects' };
}

type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly location: string | null }
  | Exclude<UrlAnswer, { kind: 'found' | 'moved' | 'status' | 'redirects' }>;

function likesHead(answer: Answer): boolean {
  return (
    answer.kind !== 'unreachable' &&
    !(answer.kind === 'answer' && answer.status >= 400 && answer.status !== 429)
  );
}

class PrivateAddress extends Error {}

function once(url: URL, method: 'HEAD' | 'GET', options: AskOptions): Promise<Answer> {
  // An address in place of a name is never looked up, so it is judged here.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!options.allowPrivate && isIP(literal) !== 0 && isInnerAddress(literal))
    return Promise.resolve({ kind: 'private' });
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method,
    signal,
    agent: false,
    headers: { 'user-agent': 'greenlight-validate/1.0', accept: '*/*' },
    ...(options.allowPrivate ? {} : { lookup: publicLookup }),
  });
  request.on('response', (response: IncomingMessage) => {
    // Only the head of the answer matters; the rest is not fetched.
    response.destroy();
    resolve({
      kind: 'answer',
      status: response.statusCode ?? 0,
      location: response.headers.location ?? null,
    });
  });
  request.on('error', (error) => {
    if (timeout.aborted) resolve({ kind: 'timeout' });
    else if (error instanceof PrivateAddress) resolve({ kind: 'private' });
    else resolve({ kind: 'unreachable', reason: reasonOf(error) });
  });
  request.end();
  return promise;
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** The very address that is connected to is judged, so a name cannot answer one thing now and another later. */
function publicLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null) callback(error, []);
    else if (first === undefined || addresses.some(({ address }) => isInnerAddress(address)))
      callback(new PrivateAddress(), []);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}

function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.message;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name cannot be resolved';
    case 'ECONNREFUSED':
      return 'it refuses the connection';
    case 'ECONNRESET':
      return 'it ends the connection';
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another name';
    default:
      return code;
  }
}
