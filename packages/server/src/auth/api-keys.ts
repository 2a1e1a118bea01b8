/** API keys: `gl_<id>_<secret>`, shown once, kept as a hash. */
import type { Role } from '@greenlight/handshake/identity';
import type { Verified } from './verifier.ts';

export type ApiKeyInfo = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly user: string;
  readonly channels?: readonly string[];
  /** Times are RFC 3339, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
};

export type NewApiKey = {
  readonly name: string;
  readonly role: Role;
  /** Patterns; absent = what the role may. */
  readonly channels?: readonly string[];
  /** Whom its events and runs belong to. Default `key_<id>`. */
  readonly user?: string;
  /** Milliseconds since 1970; absent = until it is revoked. */
  readonly expiresAt?: number;
  readonly createdBy: string;
};

export interface ApiKeys {
  /** `key` is shown this once and never again. */
  create(input: NewApiKey): Promise<{ key: string; info: ApiKeyInfo }>;
  list(): Promise<readonly ApiKeyInfo[]>;
  /** Cuts its open connections too. False if there is no such key, or it was revoked before. */
  revoke(id: string): Promise<boolean>;
  verify(key: string): Promise<Verified>;
  /** False once it has expired or was revoked: what was derived from it ends with it. */
  stillValid(id: string): Promise<boolean>;
}
