/** What happens to an account reaches the connections that are open in its name. */
import type { Identity } from '@greenlight/handshake/identity';
import type { Role } from '@greenlight/protocol/role';
import type { Connection, Connections } from '../connections.ts';
import { accountId } from './account.ts';
import { isSessionId } from './sessions.ts';

export interface Reach {
  /** Ends all connections of the user, whatever credential opened them. */
  end(user: string, reason: string): void;
  /** Ends those that a session opened, by itself or with a ticket. */
  endSessions(user: string, reason: string): void;
  /** Those that a session opened go on as what the account is now, and end where that may no longer be. */
  changed(account: { readonly user: string; readonly name: string; readonly role: Role }): void;
}

const of =
  (user: string) =>
  (identity: Identity): boolean =>
    accountId(identity.user) === accountId(user);
const bySession =
  (user: string) =>
  (identity: Identity): boolean =>
    of(user)(identity) && isSessionId(identity.credentialId);

const endEach = (found: readonly Connection[], reason: string): void => {
  for (const connection of found) connection.end({ code: 'forbidden', reason });
};

export function createReach(connections: Pick<Connections, 'find'>): Reach {
  return {
    end: (user, reason) => endEach(connections.find(of(user)), reason),
    endSessions: (user, reason) => endEach(connections.find(bySession(user)), reason),
    changed({ user, name, role }) {
      for (const connection of connections.find(bySession(user))) {
        const { identity } = connection;
        if (!identity || (identity.role === role && identity.name === name)) continue;
        if (connection.renew) connection.renew({ ...identity, name, role });
        else
          connection.end({
            code: 'forbidden',
            reason: 'The role of the account was changed; connect again.',
          });
      }
    },
  };
}
