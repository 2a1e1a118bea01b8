/** `greenlight backup`: one moment of the data, in one file, while the server goes on. */
import { existsSync } from 'node:fs';
import { backupDatabase } from '@greenlight/log/sqlite/backup';
import { databaseFile } from '@greenlight/log/sqlite/schema';
import { defineCommand, only } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { note, print } from '../output.ts';
import { dataFolder } from '../server-address.ts';

export const command = defineCommand({
  usage: '<file> [options]',
  about: 'Copies the data to a file, also while a server uses it. Channels in memory are not part of it.',
  options: {
    data: {
      type: 'string',
      value: 'FOLDER',
      about: 'The data folder. Default: GREENLIGHT_DATA, else .greenlight.',
    },
  },
  examples: ['greenlight backup monday.db', 'greenlight backup --data /var/lib/greenlight /backup/monday.db'],
  async run({ data = dataFolder() }, positionals) {
    const file = only(positionals, 'file');
    const database = databaseFile(data);
    if (!existsSync(database)) {
      note(`There is no data in ${data}; name the server's data folder with --data or GREENLIGHT_DATA.`);
      return EXIT.couldNotRun;
    }
    try {
      await backupDatabase(database, file);
    } catch (error) {
      note((error as Error).message);
      return EXIT.couldNotRun;
    }
    await print(`${file}\n`);
    return EXIT.clean;
  },
});
