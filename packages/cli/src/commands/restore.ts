/** `greenlight restore`: a backup becomes the data of a server that is not running. */
import { restore } from '@greenlight/log/restore';
import { defineCommand, only } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { note, print } from '../output.ts';
import { dataFolder } from '../server-address.ts';

export const command = defineCommand({
  usage: '<file> [options]',
  about:
    'Puts a backup in the data folder of a server that is not running. Positions from before mean nothing after it: clients are told so and start anew. API keys that were revoked since the backup work again.',
  options: {
    data: {
      type: 'string',
      value: 'FOLDER',
      about: 'The data folder. Default: GREENLIGHT_DATA, else .greenlight.',
    },
    replace: {
      type: 'boolean',
      about: 'Replace data that is there; it is kept beside it under another name.',
    },
  },
  examples: ['greenlight restore monday.db --data new-folder', 'greenlight restore monday.db --replace'],
  async run({ data = dataFolder(), replace = false }, positionals) {
    const restored = await restore(only(positionals, 'file'), data, { replace });
    if (!restored.ok) {
      note(restored.detail + (restored.code === 'folder_not_empty' ? ' With --replace it does.' : ''));
      return EXIT.couldNotRun;
    }
    const { epoch, channels, events, replaced } = restored;
    await print(`Restored ${events} events of ${channels} channels to ${data}; the new epoch is ${epoch}.\n`);
    if (replaced) note(`What was there is now ${replaced}.`);
    note(
      'API keys are as they were when the backup was made: revoke again those that were revoked since (greenlight keys list, greenlight keys revoke).',
    );
    return EXIT.clean;
  },
});
