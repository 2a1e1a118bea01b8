/** Users and API keys, for administrators. */
import { queryOptions } from '@tanstack/react-query';
import { get, type Listing } from './api.ts';

export const ROLES = ['viewer', 'reviewer', 'operator', 'admin', 'service'] as const;
export type Role = (typeof ROLES)[number];

export type User = {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly state: 'active' | 'disabled';
  readonly mustChangePassword: boolean;
  /** The identity provider, for one without a password here. */
  readonly issuer?: string;
};
/** `password` is the random one, shown once. */
export type NewUser = User & { readonly password?: string };

export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly user: string;
  readonly channels?: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
};
export type NewApiKey = ApiKey & { readonly key: string };

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async () => (await get<Listing<User>>('/api/v1/users')).items,
});

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async () => (await get<Listing<ApiKey>>('/api/v1/keys')).items,
});
