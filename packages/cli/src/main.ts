/** The command line: finds the command, runs it, and turns what comes out into an exit code. */
import manifest from '../package.json' with { type: 'json' };
import { ConfigurationError, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { helpFor, helpForAll } from './help.ts';
import { endQuietlyOnClosedPipe, note, print } from './output.ts';
import { suggest } from './suggest.ts';

async function main([name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === '--version' || name === '-v') {
    await print(`${manifest.version}\n`);
    return EXIT.clean;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    await print(helpForAll());
    return name === undefined ? EXIT.couldNotRun : EXIT.clean;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) {
    const meant = suggest(name, Object.keys(COMMANDS));
    note(
      `There is no command "${name}". ${meant ? `Did you mean "${meant}"?` : 'greenlight --help lists them.'}`,
    );
    return EXIT.couldNotRun;
  }
  const { command } = await entry.load();
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (options.includes('--help') || options.includes('-h')) {
    await print(helpFor(name, command));
    return EXIT.clean;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      note(`${error.message} greenlight ${name} --help shows how it is used.`);
      return EXIT.couldNotRun;
    }
    if (error instanceof ConfigurationError) {
      note(error.message);
      return EXIT.configuration;
    }
    throw error;
  }
}

endQuietlyOnClosedPipe();
process.exitCode = await main(process.argv.slice(2));
