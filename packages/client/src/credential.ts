/** How a client shows who it is. Never in a URL, except a ticket, which is good for one use. */

export type Credential =
  /** The browser's session cookie: nothing to send. */
  | 'cookie'
  /** Called for each attempt; gives a one-time ticket. */
  | { readonly ticket: () => Promise<string> }
  /**
   * An API key or a JWT. A function is asked again for each attempt.
   * `place`: beside the subprotocol (default), or in a first `auth` frame.
   */
  | { readonly token: string | (() => Promise<string>); readonly place?: 'subprotocol' | 'frame' };

/** A credential, fetched for one attempt. */
export type Secret =
  | { readonly kind: 'none' }
  | { readonly kind: 'ticket'; readonly value: string }
  | { readonly kind: 'token'; readonly value: string; readonly place: 'subprotocol' | 'frame' };

export async function fetchSecret(credential: Credential): Promise<Secret> {
  if (credential === 'cookie') return { kind: 'none' };
  if ('ticket' in credential) return { kind: 'ticket', value: await credential.ticket() };
  const { token, place = 'subprotocol' } = credential;
  return { kind: 'token', value: typeof token === 'string' ? token : await token(), place };
}

/** Can another one be had by asking again? */
export function isRefreshable(credential: Credential): boolean {
  return typeof credential === 'object' && ('ticket' in credential || typeof credential.token === 'function');
}
