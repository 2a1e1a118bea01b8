/** Says on standard error when a command has to wait for its server, and gives up when it is refused. */
import type { Client } from '@greenlight/client/client';
import { note } from './output.ts';
import { tellFailure } from './tell-failure.ts';

/** Closes the client when it is refused; the answer tells whether it was. */
export function tellConnection(client: Client): () => boolean {
  let told = '';
  let lost = false;
  let refused = false;
  const stop = client.status.subscribe(({ state, refusal }) => {
    if (state === 'refused' && refusal) {
      stop();
      refused = true;
      tellFailure(refusal);
      client.close();
    }
    if (state === 'waiting' && !lost) {
      lost = true;
      if (refusal && refusal.attempt !== told) tellFailure(refusal);
      told = refusal?.attempt ?? '';
      note('No connection; trying again until there is one.');
    }
    if (state === 'open' && lost) {
      lost = false;
      note('Connected again.');
    }
  });
  return () => refused;
}
