/** The application's view through the SDK: a handler, outcomes, and nothing to mend by itself. */
import { type ClientOptions, createClient } from '@greenlight/client/client';
import type { Follow } from './follower.ts';

/** Faults last a second or two here, so whoever waits as long as in real life would sleep through the soak. */
export const IMPATIENT = {
  connectMs: 4_000,
  welcomeMs: 1_500,
  explainMs: 1_000,
  firstRetryMs: 40,
  longestRetryMs: 640,
  firstUpgradeMs: 300,
  longestUpgradeMs: 1_200,
};

type Transports = NonNullable<ClientOptions['transports']>;

export const followWithSdk =
  (transports: Transports): Follow =>
  ({ url, apiKey, since, event, outcome, trouble }) => {
    const client = createClient({ url, credential: { token: apiKey }, limits: IMPATIENT, transports });
    let closed = false;
    client.status.subscribe(({ state, refusal }) => {
      if (state === 'refused' && !closed) trouble(`The SDK gave up: ${refusal?.code}, ${refusal?.detail}`);
    });
    for (const [channel, from] of since)
      client.subscribe(
        channel,
        { since: from, onOutcome: (told) => !closed && outcome(channel, told) },
        ({ epoch, offset, event: { id } }) => !closed && event(channel, { epoch, offset, id }),
      );
    return () => {
      closed = true;
      client.close();
    };
  };
