/** Who is signed in. The credential is an HttpOnly cookie; the page never sees it. */
import type { Role } from '@greenlight/protocol/role';
import { get, onUnauthorized, post, failureOf } from './api.ts';
import type { Failure } from './failure.ts';
import { createStore } from './store.ts';

export type Me = {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: string;
  /** From a simulated sign-in, which exists for tests only. */
  readonly simulated?: true;
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

export type SignInWith =
  | { readonly code: string }
  | { readonly user: string; readonly password: string }
  /** A token of the simulated sign-in. */
  | { readonly simulated: string };

/** Signs in with what is given, else with the cookie if there is one. */
export async function openSession(presented: SignInWith | null): Promise<void> {
  let refused: Failure | null = null;
  if (presented !== null) refused = await trySignIn(presented);
  try {
    session.set({ state: 'signed-in', me: await get<Me>('/api/v1/auth/me') });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.status === 401 || failure.status === 403)
      // With nothing presented, "no credential" is no news: it is why the form is shown.
      session.set({
        state: 'signed-out',
        failure: refused ?? (failure.code === 'credential_missing' ? null : failure),
      });
    else session.set({ state: 'unreachable', failure });
  }
}

/** Asks whether the session still counts; when it does not, whoever asks is told why, and so is the page. */
export async function recheckSession(): Promise<boolean> {
  try {
    const me = await get<Me>('/api/v1/auth/me');
    const now = session.get();
    const isNews = now.state === 'signed-in' && JSON.stringify(now.me) !== JSON.stringify(me);
    if (isNews || now.state === 'ended') session.set({ state: 'signed-in', me });
    return true;
  } catch {
    return false;
  }
}

async function trySignIn(presented: SignInWith): Promise<Failure | null> {
  try {
    if ('simulated' in presented) await post('/api/v1/auth/simulated', { token: presented.simulated });
    else await post('/api/v1/auth/login', presented);
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

export async function signOut(): Promise<void> {
  await post('/api/v1/auth/logout');
  session.set({ state: 'signed-out', failure: null });
}

/** Ends every session of the user, this one too, and goes on in a new one. */
export async function changePassword(current: string, next: string): Promise<void> {
  await post('/api/v1/auth/password', { current, next });
  await openSession(null);
}

/** Both rooms that only operators may enter ask this. */
export const isOperator = (me: Me): boolean => me.role === 'operator' || me.role === 'admin';
export const maySteer = (me: Me): boolean => me.role !== 'viewer';
export const mayReview = (me: Me): boolean => me.role === 'reviewer' || isOperator(me);
export const isAdministrator = (me: Me): boolean => me.role === 'admin' && !me.simulated;
