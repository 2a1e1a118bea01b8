/** The command line: finds the command, runs it, and turns what comes out into an exit code. */
import manifest from '../package.json' with { type: 'json' };
import { ConfigurationError, UsageError } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findCommand } from './find-command.ts';
import { helpFor, helpForAll, helpForGroup } from './help.ts';
import { endQuietlyOnClosedPipe, note, print } from './output.ts';

async function main([word, ...words]: readonly string[]): Promise<ExitCode> {
  if (word === '--version' || word === '-v') {
    await print(`${manifest.version}\n`);
    return EXIT.clean;
  }
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    await print(helpForAll());
    return word === undefined ? EXIT.couldNotRun : EXIT.clean;
  }
  const found = await findCommand(word, words);
  if (found.kind === 'none') {
    note(found.detail);
    return EXIT.couldNotRun;
  }
  if (found.kind === 'group') {
    await print(helpForGroup(found.name, found.group));
    return asksForHelp(words) ? EXIT.clean : EXIT.couldNotRun;
  }
  const { name, command, args } = found;
  if (asksForHelp(args)) {
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

function asksForHelp(args: readonly string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.includes('--help') || options.includes('-h');
}

endQuietlyOnClosedPipe();
process.exitCode = await main(process.argv.slice(2));
