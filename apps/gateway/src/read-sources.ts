/** Where each setting comes from: command line over environment over file. Nothing is checked here but the reading. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SECRETS, UNSUPPORTED, VARIABLES } from './settings.ts';

export type SettingsSource = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
};

export type Source =
  | { readonly kind: 'default' }
  /** `name` is the file, the variable, or the flag with its dashes. */
  | { readonly kind: 'file' | 'variable' | 'flag'; readonly name: string };

export type Given = Readonly<Record<string, unknown>>;

export type ReadSources = {
  /** As the file has it, with what variables and flags say put over it. */
  readonly given: Given;
  /** By key, with dots into tables; a key that is not here has its default. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly file: string | null;
  /** One sentence for each thing that could not be read. */
  readonly problems: readonly string[];
};

const DEFAULT_FILE = 'greenlight.config.json';
/** Left-overs of templates that nobody filled in: `${X}`, `$(date +%s)`, `<change me>`. */
const UNEXPANDED = /\$\{[^}]*\}|\$\([^)]*\)|^<.*>$/;
const FLAGS: Readonly<Record<string, string>> = { host: 'host', port: 'port', data: 'data', root: 'roots' };
/** Tables whose own keys count as settings; others are one value. */
const TABLES = ['tls', 'tokens', 'oidc', 'simulatedSignIn', 'limits'];

export function readSources({ args, env, cwd }: SettingsSource): ReadSources {
  const flags = readFlags(args);
  const file = readFile(flags.config, cwd);
  const problems = [...flags.problems, ...file.problems];
  const sources = new Map<string, Source>();
  let given: Given = {};
  const set = (key: string, value: unknown, source: Source): void => {
    given = put(given, key.split('.'), value);
    sources.set(key, source);
  };
  const fromFile = (key: string, value: unknown): void => {
    for (const text of textsIn(value))
      if (isPlaceholder(text)) problems.push(`"${key}" in ${file.name} ${neverFilledIn(key, text)}`);
    if (!isPlaceholder(value)) set(key, value, { kind: 'file', name: file.name });
  };
  for (const [key, value] of Object.entries(file.values))
    if (TABLES.includes(key) && isTable(value) && Object.keys(value).length > 0)
      for (const [name, inner] of Object.entries(value)) fromFile(`${key}.${name}`, inner);
    else fromFile(key, value);
  for (const [name, { key, read }] of Object.entries(VARIABLES)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (isPlaceholder(text)) problems.push(`${name} ${neverFilledIn(key, text)}`);
    else set(key, read(text), { kind: 'variable', name });
  }
  for (const [name, sentence] of Object.entries(UNSUPPORTED))
    if (env[name]) problems.push(`${name} is set, but this version ${sentence}. Unset it.`);
  for (const [flag, value] of Object.entries(flags.values)) {
    const key = FLAGS[flag] ?? flag;
    set(key, value, { kind: 'flag', name: `--${flag}` });
  }
  return { given, sources, file: file.found ? file.name : null, problems };
}

const neverFilledIn = (key: string, text: string): string =>
  `is ${SECRETS.includes(key) ? '' : `${JSON.stringify(text)}, `}a placeholder that was never filled in.`;

const isPlaceholder = (value: unknown): boolean => typeof value === 'string' && UNEXPANDED.test(value);

/** However deep. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function put(into: Given, [first = '', ...rest]: readonly string[], value: unknown): Given {
  const inner = into[first];
  return { ...into, [first]: rest.length === 0 ? value : put(isTable(inner) ? inner : {}, rest, value) };
}

const isTable = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type ReadFlags = {
  readonly config?: string | undefined;
  readonly values: Given;
  readonly problems: readonly string[];
};

function readFlags(args: readonly string[]): ReadFlags {
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
    const { config, port, ...rest } = values;
    const readPort = port === undefined ? {} : { port: VARIABLES['PORT']?.read(port) };
    return { config, values: { ...rest, ...readPort }, problems: [] };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const flags = 'Flags: --config FILE, --host, --port, --data FOLDER, --root FOLDER.';
    return { values: {}, problems: [`${message.replace(/\.?$/, '.')} ${flags}`] };
  }
}

type ReadFile = {
  readonly name: string;
  readonly found: boolean;
  readonly values: Given;
  readonly problems: readonly string[];
};

function readFile(named: string | undefined, cwd: string): ReadFile {
  const name = named ?? DEFAULT_FILE;
  const nothing = { name, found: false, values: {} };
  let text: string;
  try {
    text = readFileSync(resolve(cwd, name), 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && named === undefined) return { ...nothing, problems: [] };
    const why = missing ? 'does not exist' : 'cannot be read';
    return { ...nothing, problems: [`The configuration file ${name} ${why}.`] };
  }
  try {
    const values: unknown = JSON.parse(text);
    if (isTable(values)) return { name, found: true, values, problems: [] };
    return { ...nothing, problems: [`${name} must hold one JSON object.`] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...nothing, problems: [`${name} is not valid JSON: ${why}.`] };
  }
}
