/** Users and API keys, for administrators. */
import type { AccountInfo } from '@greenlight/protocol/account-info';
import type { KeyInfo } from '@greenlight/protocol/key-info';
import { queryOptions } from '@tanstack/react-query';
import { get, type Listing } from './api.ts';

/** `password` is the random one, shown once. */
export type NewUser = AccountInfo & { readonly password?: string };
export type NewKey = KeyInfo & { readonly key: string };

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async () => (await get<Listing<AccountInfo>>('/api/v1/users')).items,
});

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async () => (await get<Listing<KeyInfo>>('/api/v1/keys')).items,
});
