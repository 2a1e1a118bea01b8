/** Help as text: for all commands, and for one with its options and examples. */
import type { Command, CommandGroup, Option } from './command.ts';
import { COMMANDS } from './commands.ts';

const column = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}\n`).join('');
};

const lines = (examples: readonly string[]): string => examples.map((example) => `  ${example}\n`).join('');

export function helpForAll(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const);
  return `Real time for agent and workflow apps.

Usage: greenlight <command> [options]

Commands:
${column(rows)}
  greenlight <command> --help shows a command's options and examples.
  greenlight --version shows the version.

Where the server is: --url or GREENLIGHT_URL, else http://127.0.0.1:8585 (or PORT).
Who you are: the API key in GREENLIGHT_API_KEY, or in the variable that --api-key-env names; on this machine, without
either, the admin.key of the data folder (GREENLIGHT_DATA, else .greenlight).

Exit codes: 0 clean, 1 findings, 2 could not run, 78 a setting has to change, 130 interrupted.
`;
}

const optionName = (name: string, { type, value = 'VALUE' }: Option): string =>
  type === 'boolean' ? `--${name}` : `--${name} ${value}`;

export function helpFor(name: string, { usage, about, options, examples }: Command): string {
  const rows = Object.entries(options).map(
    ([key, option]) => [optionName(key, option), option.about] as const,
  );
  return `${about}

Usage: greenlight ${name} ${usage}

Options:
${column([...rows, ['--help', 'Show this.']])}
Examples:
${lines(examples)}`;
}

export function helpForGroup(name: string, { about, commands, examples }: CommandGroup): string {
  const rows = Object.entries(commands).map(
    ([part, command]) => [`${part} ${command.usage}`, command.about] as const,
  );
  return `${about}

Usage: greenlight ${name} <command> [options]

Commands:
${rows.map(([usage, what]) => `  ${usage}\n      ${what}\n`).join('')}
  greenlight ${name} <command> --help shows a command's options.

Examples:
${lines(examples)}`;
}
