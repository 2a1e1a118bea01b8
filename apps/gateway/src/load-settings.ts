/** Settings from all their sources over the defaults, checked once, with messages for people. */
import type { z } from 'zod';
import { contradictions } from './contradictions.ts';
import { type ReadSources, readSources, type SettingsSource } from './read-sources.ts';
import { type Settings, settingsSchema, VARIABLES } from './settings.ts';
import { type Surroundings, surroundings } from './surroundings.ts';

export type LoadedSettings = ReadSources & {
  /** Null if what was given does not even have the shape of settings. */
  readonly settings: Settings | null;
  /** One sentence for each thing that is wrong: with any, the server does not start. */
  readonly problems: readonly string[];
  /** One sentence for each thing that looks wrong. */
  readonly warnings: readonly string[];
};

export function loadSettings(source: SettingsSource): LoadedSettings {
  const read = readSources(source);
  const parsed = settingsSchema.safeParse(read.given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message, code, ...issue }) =>
      code === 'unrecognized_keys' && 'keys' in issue
        ? `${where([...path, ...issue.keys], read)} is not a setting. See docs/configuration.md for the list.`
        : `${where(path, read)} is wrong: ${message}.`,
    );
    const { problems: around } = surroundings(whatFits(read, parsed.error.issues), source.cwd);
    return { ...read, settings: null, problems: [...read.problems, ...problems, ...around], warnings: [] };
  }
  const settings = parsed.data;
  const found = [contradictions(settings), surroundings(settings, source.cwd)];
  return {
    ...read,
    settings,
    problems: [...read.problems, ...found.flatMap(({ problems }) => problems)],
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

/** The rest is looked at too, so that one check tells everything. */
function whatFits({ given }: ReadSources, issues: readonly z.core.$ZodIssue[]): Surroundings {
  const wrong = new Set(issues.map(({ path }) => path[0]));
  const { roots, data, tls } = given as Partial<Settings>;
  return {
    ...(roots && !wrong.has('roots') && { roots }),
    ...(tls && !wrong.has('tls') && { tls }),
    data: data && !wrong.has('data') ? data : '.',
    trustedProxies: [],
  };
}

/** A key as the person who set it knows it: the variable's name and, where there is one, the file's. */
function where(path: readonly PropertyKey[], { file, sources }: ReadSources): string {
  const key = path.map(String).join('.');
  const names = Object.entries(VARIABLES).filter(([, { key: name }]) => `${key}.`.startsWith(`${name}.`));
  const [variable] = names.map(([name]) => name);
  if (variable === undefined) return `"${key}" in ${file ?? 'the configuration'}`;
  const source = sources.get(VARIABLES[variable]?.key ?? key);
  if (source?.kind === 'flag') return source.name;
  return source?.kind === 'file' ? `${variable} ("${key}" in ${source.name})` : variable;
}
