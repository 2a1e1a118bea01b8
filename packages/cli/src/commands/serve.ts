/** `greenlight serve`: the gateway, in a process of its own with the same arguments. */
import type { Command } from '../command.ts';
import { GATEWAY_OPTIONS, runGateway } from '../run-gateway.ts';

export const command: Command = {
  usage: '[options]',
  about:
    'Starts the server and prints its addresses. Environment variables and greenlight.config.json set the rest.',
  options: GATEWAY_OPTIONS,
  examples: ['greenlight serve', 'greenlight serve --port 9000 --data /var/lib/greenlight --root docs'],
  run: (args) => runGateway('main.ts', args),
};
