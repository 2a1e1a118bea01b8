import type { Role } from './role.ts';

/** An account, as administrators see it. */
export type AccountInfo = {
  readonly user: string;
  /** For people. */
  readonly name: string;
  readonly role: Role;
  readonly state: 'active' | 'disabled';
  readonly mustChangePassword: boolean;
  /** The identity provider that it signs in with; absent for one with a password. */
  readonly issuer?: string;
  /** Times are RFC 3339, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly changedAt: string;
};
