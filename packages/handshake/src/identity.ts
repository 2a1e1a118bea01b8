/** Who is behind a connection, whichever credential said so. */
import type { CredentialKind } from '@greenlight/protocol/attempt-trace';
import type { Role } from '@greenlight/protocol/role';

export type Identity = {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  /** Patterns this identity is limited to; absent = what its role may. */
  readonly channels?: readonly string[];
  readonly credential: CredentialKind;
  /** Id of the key, session or token: to find and cut its connections. Never the secret. */
  readonly credentialId: string;
  /** Milliseconds since 1970 after which it counts for nothing. */
  readonly expiresAt?: number;
  readonly simulated?: true;
};

/** A credential as the client presented it. Exactly one place counts, in the order of PROTOCOL.md section C. */
export type PresentedCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly secret: string; readonly place: 'header' | 'subprotocol' | 'frame' }
  | { readonly kind: 'session'; readonly secret: string }
  | { readonly kind: 'ticket'; readonly secret: string; readonly place: 'query' | 'frame' };
