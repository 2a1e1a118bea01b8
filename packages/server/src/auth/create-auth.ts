/** Keys, sessions, tickets and the verifier that asks them, made together because each ends what came from it. */
import type { Log } from '@greenlight/log/log';
import type { Limits } from '../limits.ts';
import { type ApiKeys, createApiKeys } from './api-keys.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTickets, type Tickets } from './tickets.ts';
import { createVerifier, type Verifier } from './verifier.ts';

export type AuthOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly limits: Pick<Limits, 'pendingTickets' | 'ticketSeconds' | 'signInCodeMinutes' | 'sessionHours'>;
  /** In the name of the session cookie. */
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Ends the open connections of a credential that no longer counts. */
  readonly cut: (credentialId: string, reason: string) => void;
};

export type Auth = {
  readonly apiKeys: ApiKeys;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  readonly verifier: Verifier;
};

export function createAuth({ log, limits, port, clock, cut }: AuthOptions): Auth {
  const apiKeys = createApiKeys({ log, clock, cut });
  const sessions = createSessions({ log, limits, port, clock, cut });
  const tickets = createTickets({
    log,
    limits,
    clock,
    whyEnded: async ({ credential, credentialId }) => {
      if (credential === 'api_key') return apiKeys.whyEnded(credentialId);
      return credential === 'session' ? sessions.whyEnded(credentialId) : null;
    },
  });
  return { apiKeys, sessions, tickets, verifier: createVerifier({ apiKeys, sessions, tickets }) };
}
