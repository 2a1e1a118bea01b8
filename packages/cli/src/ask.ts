/** One request over HTTP, where the SDK has no command for it. */
import { type Failure, tellFailure } from './tell-failure.ts';
import type { AnybodysAddress } from './server-address.ts';

export type Asked =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly failure: Failure };

export type Question = {
  /** Default `POST` with a body, else `GET`. */
  readonly method?: 'PATCH' | 'DELETE';
  readonly body?: unknown;
};

export async function ask(server: AnybodysAddress, path: string, question: Question = {}): Promise<Asked> {
  const { url, key } = server;
  const { body, method = body === undefined ? 'GET' : 'POST' } = question;
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return { ok: true, text };
    return { ok: false, failure: failureFrom(text) ?? notGreenlight(url, response.status) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ok: false, failure: unreachable(url, cause) };
  }
}

/** The answer as it should be said where there is nothing else to do: the failure told, or null. */
export async function askOrTell(
  server: AnybodysAddress,
  path: string,
  question: Question = {},
): Promise<string | null> {
  const asked = await ask(server, path, question);
  if (asked.ok) return asked.text;
  tellFailure(asked.failure);
  return null;
}

function failureFrom(text: string): Failure | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'code' in value ? (value as Failure) : null;
  } catch {
    return null;
  }
}

const notGreenlight = (url: string, status: number): Failure => ({
  code: 'unreachable',
  detail: `The answer from ${url} (status ${status}) did not come from a Greenlight server.`,
  fix: 'Check the address.',
});

/** OpenSSL's verification errors, as `node:tls` names them. */
const UNTRUSTED = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

const unreachable = (url: string, error: unknown): Failure => ({
  code: 'unreachable',
  detail: `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}.`,
  fix: UNTRUSTED.test(codeOf(error))
    ? 'Name the server as its certificate does; for an authority of your own, set NODE_EXTRA_CA_CERTS=FILE.'
    : 'Start it with npm start, or name another server with --url.',
});

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
