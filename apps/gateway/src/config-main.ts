/**
 * `greenlight config check`: each setting with its value and where it comes from, and everything that is wrong. Takes
 * the flags of the server, and `--json`. Exit code 0, or 78 if the server would not start.
 */
import { describeSettings, type ShownSetting, type ShownSource } from './describe-settings.ts';
import { loadSettings } from './load-settings.ts';
import { unreachableKeys } from './surroundings.ts';

/** sysexits.h EX_CONFIG. */
const EX_CONFIG = 78;

type Check = {
  readonly ok: boolean;
  readonly settings: readonly ShownSetting[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
};

async function check(args: readonly string[]): Promise<Check> {
  const loaded = loadSettings({ args, env: process.env, cwd: process.cwd() });
  const keys = loaded.settings ? await unreachableKeys(loaded.settings) : null;
  return {
    ok: loaded.problems.length === 0,
    settings: describeSettings(loaded),
    errors: loaded.problems,
    warnings: [...loaded.warnings, ...(keys === null ? [] : [keys])],
  };
}

function text({ settings, errors, warnings }: Check): string {
  const rows = settings.map(({ key, value, source }) => [key, shown(value), sourceText(source)] as const);
  const [keys = 0, values = 0] = [0, 1].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return [
    ...rows.map(([key, value, source]) => `${key.padEnd(keys)}  ${value.padEnd(values)}  ${source}`),
    '',
    ...errors.map((sentence) => `error: ${sentence}`),
    ...warnings.map((sentence) => `warning: ${sentence}`),
    `${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}.`,
    '',
  ].join('\n');
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const shown = (value: unknown): string =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value.join(', ') || 'none'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

const sourceText = (source: ShownSource): string => (source.kind === 'default' ? 'default' : source.name);

const args = process.argv.slice(2);
const json = args.includes('--json');
const result = await check(args.filter((arg) => arg !== '--json'));
process.stdout.write(json ? `${JSON.stringify(result)}\n` : text(result));
process.exitCode = result.ok ? 0 : EX_CONFIG;
