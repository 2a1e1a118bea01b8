/** Keys, sessions, tickets, tokens and the verifier that asks them, made together because each ends what came from it. */
import type { Log } from '@greenlight/log/log';
import type { Limits } from '../limits.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type ApiKeys, createApiKeys } from './api-keys.ts';
import type { Reach } from './reach.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createOidc, type Oidc } from './oidc.ts';
import type { IdentitySettings } from './identity-settings.ts';
import { createSimulated, type Simulated } from './simulated.ts';
import { createSignInLimits } from './sign-in-limits.ts';
import { createTickets, type Tickets } from './tickets.ts';
import { createTokens } from './tokens.ts';
import { createVerifier, type Verifier } from './verifier.ts';

export type AuthOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly limits: Limits;
  readonly identity: IdentitySettings;
  readonly publicUrl: string;
  /** In the name of the session cookie. */
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Ends the open connections of a credential that no longer counts. */
  readonly cut: (credentialId: string, reason: string) => void;
  readonly reach: Reach;
};

export type Auth = {
  readonly accounts: Accounts;
  /** Null: no provider is configured. */
  readonly oidc: Oidc | null;
  readonly apiKeys: ApiKeys;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  /** Null: there is no simulated sign-in. */
  readonly simulated: Simulated | null;
  readonly verifier: Verifier;
};

export function createAuth({ log, limits, port, clock, cut, reach, identity, publicUrl }: AuthOptions): Auth {
  const apiKeys = createApiKeys({ log, clock, cut });
  const sessions = createSessions({ log, limits, port, clock, cut });
  const signInLimits = createSignInLimits(limits);
  const accounts = createAccounts({ log, sessions, signInLimits, reach, clock });
  const tickets = createTickets({
    log,
    limits,
    clock,
    whyEnded: async ({ credential, credentialId, expiresAt = Number.POSITIVE_INFINITY }) => {
      if (credential === 'api_key') return apiKeys.whyEnded(credentialId);
      if (credential === 'session') return sessions.whyEnded(credentialId);
      return expiresAt <= clock() ? { code: 'token_expired' } : null;
    },
  });
  const tokens = createTokens({ settings: identity.tokens ?? {}, clock });
  const { simulatedSignIn } = identity;
  const simulated = simulatedSignIn ? createSimulated(simulatedSignIn, clock) : null;
  const oidc = identity.oidc
    ? createOidc({ settings: identity.oidc, publicUrl, port, log, sessions, clock })
    : null;
  return {
    accounts,
    oidc,
    simulated,
    apiKeys,
    sessions,
    tickets,
    verifier: createVerifier({ apiKeys, sessions, tickets, tokens, simulated }),
  };
}
