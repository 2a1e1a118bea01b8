/** Each setting as an operator may see it: its value, where that comes from, and of a secret only that there is one. */
import type { LoadedSettings } from './load-settings.ts';
import type { Given, Source } from './read-sources.ts';
import { serverSettings } from './server-settings.ts';
import type { Settings } from './settings.ts';

export type ShownSource = Source;
export type ShownSetting = {
  /** With dots into tables: `tokens.secret`. */
  readonly key: string;
  readonly value: unknown;
  readonly source: ShownSource;
};

const ALWAYS: readonly string[] = [
  'environment',
  'host',
  'port',
  'data',
  'publicUrl',
  'allowedHosts',
  'allowedOrigins',
  'trustedProxies',
  'roots',
  'explain',
  'channels',
];
/** Beside those: what may be shown. A key that is not known may be a mistyped one with a secret in it. */
const SHOWN =
  /^(?:limits\.\w+|tls\.(?:cert|key)|tokens\.(?:publicKey|jwksUrl|issuer|audience|clockSkewSeconds|algorithms)|oidc\.(?:issuer|clientId|scope|roleClaim|roles))$/;

/** What always has a value, then what was set of the rest. */
export function describeSettings({
  settings,
  given,
  sources,
}: Pick<LoadedSettings, 'settings' | 'given' | 'sources'>): readonly ShownSetting[] {
  const values: Given = settings ? effective(settings) : given;
  const always = ALWAYS.filter((key) => at(values, key) !== undefined);
  const others = [...sources.keys()].filter((key) => !always.includes(key) && key !== '$schema');
  return [...always, ...others].map((key) => ({
    key,
    value: ALWAYS.includes(key) || SHOWN.test(key) ? at(values, key) : secretText(at(values, key)),
    source: sources.get(key) ?? { kind: 'default' },
  }));
}

/** With the defaults that depend on other settings. */
function effective(settings: Settings): Given {
  const { publicUrl, allowedHosts, allowedOrigins, explain } = serverSettings(settings, settings.port);
  const { environment } = settings;
  const roots = settings.roots ?? (environment === 'development' ? ['.'] : []);
  return { ...settings, publicUrl, allowedHosts, allowedOrigins, explain, roots };
}

const at = (values: Given, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      values,
    );

const secretText = (value: unknown): string =>
  typeof value === 'string' ? `set, ${value.length} characters` : 'set';
