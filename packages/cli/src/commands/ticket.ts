/** `greenlight ticket`: one WebSocket for a client that can send neither header nor cookie. */
import { askOrTell } from '../ask.ts';
import { defineCommand, nothing } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { print } from '../output.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';

export const command = defineCommand({
  usage: '[options]',
  about: 'Prints a ticket that lets one WebSocket in, as ?ticket=…, once and within 30 seconds.',
  options: { json: { type: 'boolean', about: 'Print {"ticket", "expiresIn"}; seconds.' }, ...SERVER_OPTIONS },
  examples: ['greenlight ticket', 'wscat -c "ws://127.0.0.1:8585/ws/news?ticket=$(greenlight ticket)"'],
  async run({ json = false, ...server }, positionals) {
    nothing(positionals);
    const answer = await askOrTell(findServer(server), 'api/v1/auth/ws-ticket', { body: {} });
    if (answer === null) return EXIT.couldNotRun;
    const { ticket, expiresIn } = JSON.parse(answer) as { ticket: string; expiresIn: number };
    await print(json ? `${JSON.stringify({ ticket, expiresIn })}\n` : `${ticket}\n`);
    return EXIT.clean;
  },
});
