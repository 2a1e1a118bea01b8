/** REST with the session cookie. What comes back is the answer or a `RequestFailed` with what to tell the person. */
import { failureFrom, UNREACHABLE, type Failure } from './failure.ts';

export class RequestFailed extends Error {
  override name = 'RequestFailed';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/** A page of a list. `next` is what to pass on for the following page; absent on the last. */
export type Listing<T> = { readonly items: readonly T[]; readonly next?: string | null };

type Query = Readonly<Record<string, string | number | undefined>>;

let whenUnauthorized: (failure: Failure) => void = () => undefined;
/** Who is told when the session no longer counts. */
export function onUnauthorized(listener: (failure: Failure) => void): void {
  whenUnauthorized = listener;
}

export function pathWith(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The session, or the account behind it, no longer counts: nothing else will be answered either. */
const endsSession = ({ status, code }: Failure): boolean =>
  status === 401 || code === 'account_disabled' || code === 'password_change_required';

async function send(method: Method, path: string, body?: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new RequestFailed(UNREACHABLE);
  }
}

async function parse(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  const value = await parse(response);
  if (response.ok) return value as T;
  const failure = failureFrom(response.status, value);
  if (endsSession(failure)) whenUnauthorized(failure);
  throw new RequestFailed(failure);
}

export const get = <T>(path: string, query?: Query): Promise<T> => ask<T>('GET', pathWith(path, query));
export const post = <T>(path: string, body: unknown = {}): Promise<T> => ask<T>('POST', path, body);
export const patch = <T>(path: string, body: unknown): Promise<T> => ask<T>('PATCH', path, body);
export const remove = (path: string): Promise<null> => ask<null>('DELETE', path);

/** A bug in the page is a failure too: nothing fails without words. */
export const failureOf = (error: unknown): Failure =>
  error instanceof RequestFailed
    ? error.failure
    : { status: 0, code: 'page_error', detail: error instanceof Error ? error.message : String(error) };
