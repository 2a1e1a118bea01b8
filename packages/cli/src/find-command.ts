/** From the words that were typed to the command that is meant: `keys create --role viewer`. */
import type { Command, CommandGroup } from './command.ts';
import { COMMANDS } from './commands.ts';
import { suggest } from './suggest.ts';

export type Found =
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly command: Command;
      readonly args: readonly string[];
    }
  | { readonly kind: 'group'; readonly name: string; readonly group: CommandGroup }
  /** One sentence. */
  | { readonly kind: 'none'; readonly detail: string };

export async function findCommand(name: string, args: readonly string[]): Promise<Found> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) return none(name, Object.keys(COMMANDS), 'greenlight');
  const { command } = await entry.load();
  if (!('commands' in command)) return { kind: 'command', name, command, args };
  const [part, ...rest] = args;
  if (part === undefined || part.startsWith('-')) return { kind: 'group', name, group: command };
  const { commands } = command;
  const found = Object.hasOwn(commands, part) ? commands[part] : undefined;
  if (!found) return none(part, Object.keys(commands), `greenlight ${name}`);
  return { kind: 'command', name: `${name} ${part}`, command: found, args: rest };
}

function none(typed: string, names: readonly string[], within: string): Found {
  const meant = suggest(typed, names);
  const help = meant ? `Did you mean "${meant}"?` : `${within} --help lists them.`;
  return { kind: 'none', detail: `There is no command "${typed}". ${help}` };
}
