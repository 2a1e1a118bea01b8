/** What this node was started with, for operators. No secret is among it. */
import type { Role } from '@greenlight/protocol/role';
import { queryOptions } from '@tanstack/react-query';
import { get } from './api.ts';

export type SettingsInForce = {
  readonly environment: 'development' | 'staging' | 'production';
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly explain: 'full' | 'public';
  readonly trustedProxies: readonly string[];
  readonly tokens: {
    readonly algorithms: readonly string[];
    readonly keys: readonly string[];
    readonly jwksUrl: string | null;
    readonly issuer: string | null;
    readonly audience: string | null;
    readonly clockSkewSeconds: number;
  } | null;
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly scope: string;
    readonly roleClaim: string;
    readonly roles: Readonly<Record<string, Role>> | null;
    readonly callback: string;
  } | null;
  readonly simulated: boolean;
  readonly limits: Readonly<Record<string, number>>;
};

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => get<SettingsInForce>('/api/v1/settings'),
  staleTime: 60_000,
});
