/** What credentials look like, and where they must not be. Shapes only: whether one counts is the verifier's word. */
import type { PresentedCredential } from './identity.ts';
import type { HandshakeRequest } from './request.ts';
import type { Failure } from './verdict.ts';

const API_KEY = /^gl_([a-z0-9]+)_([A-Za-z0-9_-]+)$/;
/** Three base64url parts of which the first is a JSON object (RFC 7519 section 3). */
const JWT = /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
/** Also in small letters, which names of hosts and headers are brought to. */
const ANYWHERE = /gl_[a-z0-9]+_[A-Z0-9_-]{16,}|eyJ[A-Z0-9_-]+\.[A-Z0-9_-]+\.[A-Z0-9_-]*/gi;
/** In everything that `ANYWHERE` finds. */
const MAYBE = /gl_|eyj/i;
/** 32 bytes in base64url, as tickets, session cookies and sign-in codes are; a name of that very length may be one too. */
const OWN_SECRET = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g;
/** Nobody is told the name of a parameter that is longer: it may be the secret itself. */
const NAME_MAX = 20;

/** Names of query parameters that carry credentials elsewhere; compared without case, `-` and `_`. */
const TELLING_NAMES: ReadonlySet<string> = new Set(
  [
    ['token', 'accesstoken', 'authtoken', 'idtoken', 'refreshtoken', 'sessiontoken', 'bearertoken', 'jwt'],
    ['apikey', 'key', 'accesskey', 'secret', 'clientsecret', 'sharedsecret', 'credential', 'credentials'],
    ['auth', 'authorization', 'bearer', 'password', 'passwd', 'pwd', 'session', 'sessionid', 'sid'],
  ].flat(),
);

export type ApiKeyParts = { readonly id: string; readonly secret: string };

export function apiKeyParts(text: string): ApiKeyParts | null {
  const match = API_KEY.exec(text);
  return match ? { id: match[1] as string, secret: match[2] as string } : null;
}

export const isJwtShaped = (text: string): boolean => JWT.test(text);

/** Is it worth asking the verifier? */
export function checkShape(presented: PresentedCredential): Failure | null {
  if (presented.kind === 'none') return null;
  if (presented.secret === '') return malformed('is empty or cannot be decoded');
  if (presented.kind !== 'bearer') return null;
  if (apiKeyParts(presented.secret) || isJwtShaped(presented.secret)) return null;
  return malformed('is neither an API key (gl_<id>_<secret>) nor shaped like a JWT');
}

/** `?ticket=` is the only credential that may stand in a URL, because it is worthless once used. */
export function checkUrl({ query, path }: Pick<HandshakeRequest, 'query' | 'path'>): Failure | null {
  for (const [name, value] of query) {
    if (TELLING_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, '')))
      return inUrl(`The query parameter "${name}" carries a credential.`);
    if (apiKeyParts(value) || isJwtShaped(value))
      return inUrl(
        name.length > NAME_MAX
          ? 'A query parameter has the value of a credential.'
          : `The query parameter "${name}" has the value of a credential.`,
      );
  }
  return path.search(ANYWHERE) < 0 ? null : inUrl('The path contains a credential.');
}

/** The text with anything that is shaped like a credential blotted out, for logs and traces. */
export function hideCredentials(text: string): string {
  // Names of headers, most of all: they are many, short, and seldom a secret.
  if (text.length < 43 && !MAYBE.test(text)) return text;
  return text.replaceAll(ANYWHERE, '[credential]').replaceAll(OWN_SECRET, '[credential]');
}

const inUrl = (detail: string): Failure => ({
  code: 'credential_in_url',
  detail: `${detail} Take it for spent: addresses end up in logs and histories.`,
});
const malformed = (what: string): Failure => ({
  code: 'credential_malformed',
  detail: `The credential ${what}.`,
});
