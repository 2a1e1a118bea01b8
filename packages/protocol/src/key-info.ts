import type { Role } from './role.ts';

/** An API key, as administrators see it: never its secret. */
export type KeyInfo = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly user: string;
  /** Patterns; absent = what the role may. */
  readonly channels?: readonly string[];
  /** Times are RFC 3339, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
};
