/** Command line over environment over file over defaults, checked once, with messages for people. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Settings, settingsSchema, UNSUPPORTED, VARIABLES } from './settings.ts';

export type LoadedSettings =
  | { readonly ok: true; readonly settings: Settings; readonly file: string | null }
  /** One sentence for each thing that is wrong. */
  | { readonly ok: false; readonly problems: readonly string[] };

export type SettingsSource = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
};

const DEFAULT_FILE = 'greenlight.config.json';
/** Left-overs of templates that nobody filled in: `${X}`, `$(date +%s)`, `<change me>`. */
const UNEXPANDED = /\$\{[^}]*\}|\$\([^)]*\)|^<.*>$/;

export function loadSettings({ args, env, cwd }: SettingsSource): LoadedSettings {
  const flags = readFlags(args);
  if (!flags.ok) return flags;
  const file = readFile(flags.config, cwd);
  if (!file.ok) return file;
  const problems: string[] = [];
  const given: Record<string, unknown> = { ...file.values };
  for (const [name, { key, read }] of Object.entries(VARIABLES)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (UNEXPANDED.test(text))
      problems.push(`${name} is ${JSON.stringify(text)}, a placeholder that was never filled in.`);
    else given[key] = read(text);
  }
  for (const [name, sentence] of Object.entries(UNSUPPORTED))
    if (env[name]) problems.push(`${name} is set, but this version ${sentence}. Unset it.`);
  const parsed = settingsSchema.safeParse({ ...given, ...flags.values });
  if (!parsed.success)
    for (const { path, message, code, ...issue } of parsed.error.issues)
      problems.push(
        code === 'unrecognized_keys' && 'keys' in issue
          ? `${where([...path, ...issue.keys], file.name)} is not a setting. See docs/configuration.md for the list.`
          : `${where(path, file.name)} is wrong: ${message}.`,
      );
  else problems.push(...contradictions(parsed.data));
  return problems.length > 0 || !parsed.success
    ? { ok: false, problems }
    : { ok: true, settings: parsed.data, file: file.name };
}

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        data: { type: 'string' },
        root: { type: 'string', multiple: true },
      },
    });
    const { config, port, root, ...rest } = values;
    return {
      ok: true as const,
      config,
      values: {
        ...rest,
        ...(port !== undefined && { port: VARIABLES['PORT']?.read(port) }),
        ...(root && { roots: root }),
      },
    };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      ok: false as const,
      problems: [
        `${message.replace(/\.?$/, '.')} Flags: --config FILE, --host, --port, --data FOLDER, --root FOLDER.`,
      ],
    };
  }
}

function readFile(named: string | undefined, cwd: string) {
  const name = named ?? DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(resolve(cwd, name), 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && named === undefined) return { ok: true as const, name: null, values: {} };
    return {
      ok: false as const,
      problems: [`The configuration file ${name} ${missing ? 'does not exist' : 'cannot be read'}.`],
    };
  }
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === 'object' && values !== null && !Array.isArray(values))
      return { ok: true as const, name, values };
    return { ok: false as const, problems: [`${name} must hold one JSON object.`] };
  } catch (error) {
    return {
      ok: false as const,
      problems: [`${name} is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`],
    };
  }
}

/** A key as the person who set it knows it: the variable's name and, where there is one, the file's. */
function where(path: readonly PropertyKey[], file: string | null): string {
  const key = path.map(String).join('.');
  const variable = Object.entries(VARIABLES).find(([, { key: name }]) => name === path[0])?.[0];
  if (variable === undefined) return `"${key}" in ${file ?? 'the configuration'}`;
  return file === null ? variable : `${variable} ("${key}" in ${file})`;
}

function contradictions({ environment, allowedOrigins, publicUrl, host, allowedHosts }: Settings): string[] {
  const problems: string[] = [];
  if (environment === 'production' && (allowedOrigins ?? []).length === 0)
    problems.push(
      'GREENLIGHT_ALLOWED_ORIGINS must name the origins of your pages in production, such as https://app.example.org.',
    );
  if (environment === 'production' && allowedOrigins?.some((origin) => origin.startsWith('http://')))
    problems.push(
      'GREENLIGHT_ALLOWED_ORIGINS has an http:// origin; in production pages must come over https.',
    );
  if (
    publicUrl !== undefined &&
    allowedHosts !== undefined &&
    !allowedHosts.includes(new URL(publicUrl).hostname) &&
    !allowedHosts.includes('*')
  )
    problems.push(
      `GREENLIGHT_ALLOWED_HOSTS does not contain ${new URL(publicUrl).hostname}, the host of GREENLIGHT_PUBLIC_URL: every request to it would be refused.`,
    );
  if (
    environment !== 'development' &&
    publicUrl === undefined &&
    (host === '0.0.0.0' || host === '::') &&
    allowedHosts === undefined
  )
    problems.push(
      'GREENLIGHT_PUBLIC_URL or GREENLIGHT_ALLOWED_HOSTS must say by which name the server is reached, because it listens on all addresses.',
    );
  return problems;
}
