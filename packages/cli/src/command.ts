/** What a command is made of. Each is a module of its own, loaded only when it is asked for. */
import { parseArgs } from 'node:util';
import type { ExitCode } from './exit-code.ts';

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** What stands for the value in help: `FILE`. */
  readonly value?: string;
  readonly about: string;
};
export type Options = Readonly<Record<string, Option>>;

type Values<O extends Options> = {
  readonly [Name in keyof O]?: O[Name]['type'] extends 'boolean'
    ? boolean
    : O[Name] extends { multiple: true }
      ? readonly string[]
      : string;
};

/** A mistake of whoever typed the command: said in a sentence, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A setting that has to change first: said in a sentence, exit code 78. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

export type Command = {
  /** After the command's name: `<channel> [options]`. */
  readonly usage: string;
  readonly about: string;
  readonly options: Options;
  readonly examples: readonly string[];
  /** Gives the exit code. Resolves when everything is done; throws `UsageError` and `ConfigurationError`. */
  run(args: readonly string[]): Promise<ExitCode>;
};

/** Commands about one thing: `keys list`, `keys create`. */
export type CommandGroup = {
  readonly about: string;
  readonly commands: Readonly<Record<string, Command>>;
  readonly examples: readonly string[];
};

type Definition<O extends Options> = Omit<Command, 'options' | 'run'> & {
  readonly options: O;
  run(values: Values<O>, positionals: readonly string[]): Promise<ExitCode>;
};

/** Unknown options are errors: one that was mistyped must not be ignored. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  return {
    ...definition,
    async run(args) {
      const { values, positionals } = parse(args, definition.options);
      return definition.run(values as Values<O>, positionals);
    },
  };
}

function parse(args: readonly string[], options: Options) {
  const config = Object.entries(options).map(([name, { type, multiple = false }]) => [
    name,
    { type, multiple },
  ]);
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(config),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${first.replace(/\.$/, '')}.`, { cause: error });
  }
}

/** Exactly one positional argument. */
export function only(positionals: readonly string[], name: string): string {
  const [first, ...more] = positionals;
  if (first === undefined) throw new UsageError(`The ${name} is missing.`);
  if (more.length > 0) throw new UsageError(`One ${name} is expected, and then nothing: ${more.join(' ')}.`);
  return first;
}

/** No positional argument. */
export function nothing(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`Nothing is expected here: ${positionals.join(' ')}.`);
}
