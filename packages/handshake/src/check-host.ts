/** Stage `host`: was the request meant for this server? Closes the door to DNS rebinding. */
import type { HandshakeRequest } from './request.ts';
import type { Failure } from './verdict.ts';

/** Always allowed: no other machine can make a browser send them. */
export const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'] as const;

export type HostRule = {
  /** Names without port. `*` allows every name, `*.example.com` those below it. */
  readonly allowedHosts: readonly string[];
  readonly publicUrl: string;
};

/** The Host header in lower case, without the port; null when there is none or it is not one. */
export function hostOf({ headers }: Pick<HandshakeRequest, 'headers'>): string | null {
  const host = headers.get('host') ?? '';
  const match = /^((?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.exec(host);
  return match?.[1]?.toLowerCase() ?? null;
}

export function checkHost(request: HandshakeRequest, { allowedHosts, publicUrl }: HostRule): Failure | null {
  const host = hostOf(request);
  // Only HTTP/1.0 may leave the header out, and no browser speaks it: there is no name to rebind.
  if (host === null) return null;
  if ((LOOPBACK_HOSTS as readonly string[]).includes(host)) return null;
  const allowed = [new URL(publicUrl).hostname, ...allowedHosts];
  if (allowed.some((pattern) => covers(pattern.toLowerCase(), host))) return null;
  return {
    code: 'host_not_allowed',
    detail: `The request was sent to "${host}", which is not a name of this server.`,
    operator: { host },
  };
}

function covers(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host) return true;
  return pattern.startsWith('*.') && host.endsWith(pattern.slice(1));
}
