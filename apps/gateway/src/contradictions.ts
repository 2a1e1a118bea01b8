/** Settings that are right each for itself and wrong together. Pure. */
import { identityProblems } from '@greenlight/server/auth/identity-settings';
import { identitySettings } from './server-settings.ts';
import type { Settings } from './settings.ts';

export type Findings = {
  /** One sentence for each thing that cannot work. */
  readonly problems: readonly string[];
  /** One sentence for each thing that most likely does not do what was meant. */
  readonly warnings: readonly string[];
};

export function contradictions(settings: Settings): Findings {
  return {
    problems: [
      ...productionOrigins(settings),
      ...hostsWithoutPublicUrl(settings),
      ...noName(settings),
      ...identityProblems(identitySettings(settings), settings.environment),
    ],
    warnings: [...publicUrlWithoutListener(settings), ...originsBesidePublicUrl(settings)],
  };
}

function productionOrigins({ environment, allowedOrigins = [] }: Settings): readonly string[] {
  if (environment !== 'production') return [];
  if (allowedOrigins.length === 0)
    return [
      'GREENLIGHT_ALLOWED_ORIGINS must name the origins of your pages in production, such as https://app.example.org.',
    ];
  return allowedOrigins.some((origin) => origin.startsWith('http://'))
    ? ['GREENLIGHT_ALLOWED_ORIGINS has an http:// origin; in production pages must come over https.']
    : [];
}

function hostsWithoutPublicUrl({ publicUrl, allowedHosts }: Settings): readonly string[] {
  if (publicUrl === undefined || allowedHosts === undefined) return [];
  const { hostname } = new URL(publicUrl);
  const covers = (pattern: string): boolean =>
    pattern === '*' ||
    pattern === hostname ||
    (pattern.startsWith('*.') && hostname.endsWith(pattern.slice(1)));
  return allowedHosts.some((pattern) => covers(pattern.toLowerCase()))
    ? []
    : [
        `GREENLIGHT_ALLOWED_HOSTS does not contain ${hostname}, the host of GREENLIGHT_PUBLIC_URL: every request to it would be refused.`,
      ];
}

function noName({ environment, publicUrl, host, allowedHosts }: Settings): readonly string[] {
  const anyAddress = host === '0.0.0.0' || host === '::';
  if (environment === 'development' || publicUrl !== undefined || allowedHosts !== undefined) return [];
  return anyAddress
    ? [
        'GREENLIGHT_PUBLIC_URL or GREENLIGHT_ALLOWED_HOSTS must say by which name the server is reached, because it listens on all addresses.',
      ]
    : [];
}

/** Without a proxy in between the public URL is that of the listener. */
function publicUrlWithoutListener({ publicUrl, port, trustedProxies, tls }: Settings): readonly string[] {
  if (publicUrl === undefined || trustedProxies.length > 0) return [];
  const { protocol, port: named } = new URL(publicUrl);
  const publicPort = named === '' ? (protocol === 'https:' ? 443 : 80) : Number(named);
  const scheme = tls ? 'https' : 'http';
  if (protocol === `${scheme}:` && publicPort === port) return [];
  const listener = port === 0 ? `${scheme} on a free port` : `${scheme} on port ${port}`;
  return [
    `GREENLIGHT_PUBLIC_URL is ${publicUrl}, but this server listens with ${listener}; if a proxy stands in between, name its address in GREENLIGHT_TRUSTED_PROXIES, or every caller looks like the proxy${tls ? '' : ' and nothing like https'}.`,
  ];
}

function originsBesidePublicUrl({ publicUrl, allowedOrigins = [] }: Settings): readonly string[] {
  if (publicUrl === undefined) return [];
  const { origin: own, hostname } = new URL(publicUrl);
  if (allowedOrigins.includes(own)) return [];
  return allowedOrigins
    .filter((origin) => new URL(origin).hostname === hostname)
    .map(
      (origin) =>
        `GREENLIGHT_ALLOWED_ORIGINS has ${origin}, which never matches the pages of GREENLIGHT_PUBLIC_URL: those send ${own}.`,
    );
}
