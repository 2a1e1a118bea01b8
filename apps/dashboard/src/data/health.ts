/** Which process answers, and that it does. */
import { queryOptions } from '@tanstack/react-query';
import { get } from './api.ts';

export type ServerHealth = { readonly build: string; readonly pid: number; readonly startedAt: string };

export const serverHealth = queryOptions({
  queryKey: ['health'],
  queryFn: () => get<ServerHealth>('/health/live'),
  refetchInterval: 10_000,
  staleTime: 2_000,
  retry: false,
});
