/** Cookie sessions, opened with a one-time sign-in code. */
import type { Identity, Role } from '@greenlight/handshake/identity';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Verified } from './verifier.ts';

export type Person = { readonly user: string; readonly name: string; readonly role: Role };

export type SignedIn =
  | { readonly ok: true; readonly secret: string; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure };

export interface Sessions {
  /** A code for `signIn`: one use, `limits.signInCodeMinutes`. */
  mintCode(person: Person): Promise<string>;
  signIn(code: string): Promise<SignedIn>;
  /** Signs out, and cuts the connections that the session opened. */
  end(secret: string): Promise<void>;
  verify(secret: string): Promise<Verified>;
  /** False once the session with this id has ended. */
  stillValid(id: string): Promise<boolean>;
  /** Carries the port, because cookies ignore ports. */
  readonly cookieName: string;
  /** `Set-Cookie` values. */
  cookie(secret: string, secure: boolean): string;
  clearedCookie(secure: boolean): string;
}
