/** Settings as the server takes them: every default that depends on another setting is decided here. */
import { LOOPBACK_HOSTS } from '@greenlight/handshake/check-host';
import { LOOPBACK_ORIGINS } from '@greenlight/handshake/check-origin';
import type { IdentitySettings } from '@greenlight/server/auth/identity-settings';
import type { ServerSettings } from '@greenlight/server/services';
import type { Settings } from './settings.ts';

const ANY = new Set(['0.0.0.0', '::']);

/** How this machine itself reaches the listener. */
export function listenerAddress({ host, tls }: Pick<Settings, 'host' | 'tls'>, port: number): string {
  const name = ANY.has(host) ? '127.0.0.1' : host;
  return `${tls ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

export const publicUrlOf = (settings: Settings, port: number): string =>
  settings.publicUrl ?? listenerAddress(settings, port);

export function serverSettings(settings: Settings, port: number): ServerSettings {
  const { environment, host, trustedProxies } = settings;
  const publicUrl = publicUrlOf(settings, port);
  const { origin, hostname } = new URL(publicUrl);
  const loopbackOrigins = environment === 'development' ? LOOPBACK_ORIGINS : [];
  return {
    publicUrl,
    port,
    trustedProxies,
    allowedOrigins: settings.allowedOrigins ?? [origin, ...loopbackOrigins],
    allowedHosts: settings.allowedHosts ?? [
      ...new Set([hostname, ...LOOPBACK_HOSTS, ...(ANY.has(host) ? [] : [host])]),
    ],
    explain: settings.explain ?? (environment === 'production' ? 'public' : 'full'),
  };
}

export const identitySettings = ({ tokens, oidc, simulatedSignIn }: Settings): IdentitySettings => ({
  tokens,
  ...(oidc && { oidc }),
  ...(simulatedSignIn && { simulatedSignIn }),
});
