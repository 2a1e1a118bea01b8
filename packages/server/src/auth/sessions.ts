/** Cookie sessions, opened with a one-time sign-in code or by whoever has verified the person. */
import { randomBytes } from 'node:crypto';
import type { Identity } from '@greenlight/handshake/identity';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Log } from '@greenlight/log/log';
import type { Role } from '@greenlight/protocol/role';
import type { Limits } from '../limits.ts';
import { notStored } from './account-events.ts';
import { forgetRecords } from './forget-records.ts';
import { createOneTimeSecrets } from './one-time.ts';
import { digestOf, newSecret } from './secret.ts';
import type { Verified } from './verifier.ts';

export type Person = {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  /** Patterns; absent = what the role may. */
  readonly channels?: readonly string[];
  readonly simulated?: true;
};

export type SignedIn =
  | { readonly ok: true; readonly secret: string; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure };

export interface Sessions {
  /** A code for `signIn`: one use, `limits.signInCodeMinutes`. */
  mintCode(person: Person): Promise<string>;
  signIn(code: string): Promise<SignedIn>;
  /** For a person who was verified; `secret` is for the cookie. */
  open(person: Person): Promise<{ readonly secret: string; readonly identity: Identity }>;
  /** Signs out, and cuts the connections that the session opened. */
  end(secret: string): Promise<void>;
  /** The same for every session of the user. */
  endAllOf(user: string, reason: string): Promise<void>;
  verify(secret: string): Promise<Verified>;
  /** Null while the session with this id lasts: what was derived from it ends with it. */
  whyEnded(id: string): Promise<Failure | null>;
  /** Carries the port, because cookies ignore ports. */
  readonly cookieName: string;
  /** `Set-Cookie` values. */
  cookie(secret: string, secure: boolean): string;
  clearedCookie(secure: boolean): string;
}

export type SessionOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly limits: Pick<Limits, 'signInCodeMinutes' | 'sessionHours'>;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Ends the open connections of a credential that no longer counts. */
  readonly cut: (credentialId: string, reason: string) => void;
};

/** The record's id is the hash of the cookie; `id` is what may be shown. */
type StoredSession = Person & { readonly id: string; readonly createdAt: number; readonly expiresAt: number };

const COLLECTION = 'sessions';
const SESSION_ID_PREFIX = 's_';

/** Of a session, or of what was derived from one: a ticket keeps the id of the credential that asked for it. */
export const isSessionId = (credentialId: string): boolean => credentialId.startsWith(SESSION_ID_PREFIX);

export function createSessions({ log, limits, port, clock, cut }: SessionOptions): Sessions {
  const lifeMs = limits.sessionHours * 3_600_000;
  const cookieName = `greenlight_${port}`;
  const codes = createOneTimeSecrets<Person>({
    log,
    clock,
    collection: 'sign_in_codes',
    lifeMs: limits.signInCodeMinutes * 60_000,
  });
  const setCookie = (value: string, maxAge: number, secure: boolean): string =>
    `${cookieName}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  async function open(person: Person): Promise<{ secret: string; identity: Identity }> {
    const secret = newSecret();
    const createdAt = clock();
    const id = `${SESSION_ID_PREFIX}${randomBytes(12).toString('base64url')}`;
    const value: StoredSession = { ...person, id, createdAt, expiresAt: createdAt + lifeMs };
    const record = { collection: COLLECTION, id: digestOf(secret), parent: id, value, ifVersion: 0 };
    const appended = await log.append({ appends: [], records: [record] });
    if (!appended.ok) throw notStored('The session', appended);
    await forgetRecords(log, COLLECTION, (old) => (old.value as StoredSession).expiresAt <= createdAt);
    return { secret, identity: identityOf(value) };
  }

  return {
    async mintCode(person) {
      const minted = await codes.mint(person, person.user);
      if (!minted.ok) throw new Error('Sign-in codes have no limit in number, yet one was reached.');
      return minted.secret;
    },

    async signIn(code) {
      const spent = await codes.spend(code);
      if (spent.state !== 'spent') return { ok: false, failure: failureOf(spent.state, limits) };
      return { ok: true, ...(await open(spent.value)) };
    },

    open,

    async end(secret) {
      const record = await log.record(COLLECTION, digestOf(secret));
      if (!record) return;
      const removal = { collection: COLLECTION, id: record.id, value: null };
      const appended = await log.append({ appends: [], records: [removal] });
      if (!appended.ok) throw notStored('The end of the session', appended);
      cut((record.value as StoredSession).id, 'The session was signed out.');
    },

    async endAllOf(user, reason) {
      const ended: string[] = [];
      await forgetRecords(log, COLLECTION, ({ value }) => {
        const session = value as StoredSession;
        if (session.user !== user) return false;
        ended.push(session.id);
        return true;
      });
      for (const id of ended) cut(id, reason);
    },

    async verify(secret) {
      const session = (await log.record(COLLECTION, digestOf(secret)))?.value as StoredSession | undefined;
      if (session && session.expiresAt > clock()) return { ok: true, identity: identityOf(session) };
      return { ok: false, failure: { code: 'session_expired' } };
    },

    async whyEnded(id) {
      const [record] = await log.records(COLLECTION, { parent: id, limit: 1 });
      const lasts = record && (record.value as StoredSession).expiresAt > clock();
      return lasts ? null : { code: 'session_expired' };
    },

    cookieName,
    cookie: (secret, secure) => setCookie(secret, lifeMs / 1_000, secure),
    clearedCookie: (secure) => setCookie('', 0, secure),
  };
}

function identityOf({ id, createdAt: _createdAt, ...session }: StoredSession): Identity {
  return { ...session, credential: 'session', credentialId: id };
}

/** A sign-in code is a ticket for one session, and its refusals are named like a ticket's. */
function failureOf(
  state: 'unknown' | 'expired' | 'already_used',
  { signInCodeMinutes }: Pick<Limits, 'signInCodeMinutes'>,
): Failure {
  const details = {
    unknown: 'There is no such sign-in code on this server; it may belong to an earlier start.',
    expired: `The sign-in code was not used within ${signInCodeMinutes} minutes.`,
    already_used: 'The sign-in code was used before, and each counts once.',
  } as const;
  return { code: `ticket_${state}`, detail: details[state] };
}
