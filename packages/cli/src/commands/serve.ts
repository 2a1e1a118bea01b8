/** `greenlight serve`: the gateway, in a process of its own with the same arguments. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { note } from '../output.ts';

const GATEWAY = fileURLToPath(new URL('../../../../apps/gateway/src/main.ts', import.meta.url));

export const command: Command = {
  usage: '[options]',
  about:
    'Starts the server and prints its addresses. Environment variables and greenlight.config.json set the rest.',
  options: {
    port: { type: 'string', value: 'PORT', about: 'Default 8585; 0 for a free one.' },
    host: { type: 'string', value: 'HOST', about: 'Address to listen on. Default 127.0.0.1.' },
    data: { type: 'string', value: 'FOLDER', about: 'Where it keeps its data. Default .greenlight.' },
    root: {
      type: 'string',
      value: 'FOLDER',
      about: 'What validation may read; may be repeated. Default: here.',
    },
    config: { type: 'string', value: 'FILE', about: 'Default greenlight.config.json.' },
  },
  examples: ['greenlight serve', 'greenlight serve --port 9000 --data /var/lib/greenlight --root docs'],
  run(args) {
    if (!existsSync(GATEWAY)) {
      note('The server is not part of this installation; run this in a checkout of the repository.');
      return Promise.resolve(EXIT.couldNotRun);
    }
    const child = spawn(process.execPath, [GATEWAY, ...args], { stdio: 'inherit' });
    // A terminal sends its signals to both; the server decides when this ends.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    return new Promise((resolve) => {
      child.on('exit', (code, signal) => resolve(signal === null ? (code as ExitCode) : EXIT.interrupted));
    });
  },
};
