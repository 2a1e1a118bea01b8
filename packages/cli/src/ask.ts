/** One request over HTTP, where the SDK has no command for it. */
import type { Failure } from './tell-failure.ts';
import type { ServerAddress } from './server-address.ts';

export type Asked =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly failure: Failure };

/** `POST` with a body, else `GET`. */
export async function ask({ url, key }: ServerAddress, path: string, body?: unknown): Promise<Asked> {
  try {
    const response = await fetch(new URL(path, url), {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return { ok: true, text };
    return { ok: false, failure: failureFrom(text) ?? notGreenlight(url, response.status) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ok: false, failure: unreachable(url, cause) };
  }
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

const unreachable = (url: string, error: unknown): Failure => ({
  code: 'unreachable',
  detail: `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}.`,
  fix: 'Start it with npm start, or name another server with --url.',
});
