/** Who is signed in. The credential is an HttpOnly cookie; the page never sees it. */
import { get, onUnauthorized, post, failureOf } from './api.ts';
import type { Failure } from './failure.ts';
import { createStore } from './store.ts';

export type Me = {
  readonly user: string;
  readonly name: string;
  readonly role: 'viewer' | 'reviewer' | 'operator' | 'admin' | 'service';
  readonly expiresAt?: string;
};

export type Session =
  | { readonly state: 'checking' }
  | { readonly state: 'signed-in'; readonly me: Me }
  /** `failure` is why the last attempt was refused. */
  | { readonly state: 'signed-out'; readonly failure: Failure | null }
  /** It counted once, and no longer does. What is on the page stays, with its "as of". */
  | { readonly state: 'ended'; readonly me: Me; readonly failure: Failure }
  | { readonly state: 'unreachable'; readonly failure: Failure };

export const session = createStore<Session>({ state: 'checking' });

onUnauthorized((failure) => {
  const now = session.get();
  if (now.state === 'signed-in') session.set({ state: 'ended', me: now.me, failure });
});

/** The one-time code in `#code=…`, taken out of the address bar (and so out of history and screenshots) at once. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

/** Signs in with `code` if there is one, else with the cookie if there is one. */
export async function openSession(code: string | null): Promise<void> {
  let refused: Failure | null = null;
  if (code !== null) refused = await tryCode(code);
  try {
    session.set({ state: 'signed-in', me: await get<Me>('/api/v1/auth/me') });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.status === 401 || failure.status === 403)
      // Without a code, "no credential" is no news: it is why the form is shown.
      session.set({
        state: 'signed-out',
        failure: refused ?? (failure.code === 'credential_missing' ? null : failure),
      });
    else session.set({ state: 'unreachable', failure });
  }
}

async function tryCode(code: string): Promise<Failure | null> {
  try {
    await post('/api/v1/auth/login', { code });
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

export async function signOut(): Promise<void> {
  await post('/api/v1/auth/logout');
  session.set({ state: 'signed-out', failure: null });
}

/** Both rooms that only operators may enter ask this. */
export const isOperator = (me: Me): boolean => me.role === 'operator' || me.role === 'admin';
export const maySteer = (me: Me): boolean => me.role !== 'viewer';
export const mayReview = (me: Me): boolean => me.role === 'reviewer' || isOperator(me);
