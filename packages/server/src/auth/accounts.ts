/** Accounts of this server: who may sign in, as what, and what changing one does to those who are in already. */
import type { Identity } from '@greenlight/handshake/identity';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Log } from '@greenlight/log/log';
import type { AccountInfo } from '@greenlight/protocol/account-info';
import type { ProblemCode } from '@greenlight/protocol/codes';
import type { Role } from '@greenlight/protocol/role';
import { changeAccount, infoOf, listAccounts, readAccount, type StoredAccount } from './account.ts';
import { type CreatedUser, createUser, type NewUser } from './create-user.ts';
import { hashPassword, passwordProblem, verifyPassword } from './password.ts';
import type { Reach } from './reach.ts';
import { type NewPassword, type PasswordReset, resetPassword } from './reset-password.ts';
import { isSessionId, type Sessions } from './sessions.ts';
import type { SignInLimits } from './sign-in-limits.ts';
import type { Verified } from './verifier.ts';

export type AccountChange = {
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly mustChangePassword?: boolean;
  /** Who changes it. */
  readonly by?: string;
};

export type AccountFailure = {
  readonly code: ProblemCode;
  readonly detail?: string;
  /** What to do in this case; the table's if absent. */
  readonly fix?: string;
  readonly retryAfterMs?: number;
};
export type Changed =
  | { readonly ok: true; readonly info: AccountInfo }
  | { readonly ok: false; readonly failure: AccountFailure };
/** `secret` is for the session cookie. */
export type PasswordSignIn =
  | {
      readonly ok: true;
      readonly secret: string;
      readonly identity: Identity;
      readonly mustChangePassword: boolean;
    }
  | { readonly ok: false; readonly failure: AccountFailure };

export type PasswordTry = { readonly user: string; readonly password: string; readonly address: string };

export interface Accounts {
  create(input: NewUser): Promise<CreatedUser>;
  list(): Promise<readonly AccountInfo[]>;
  /** Reaches open connections: they go on with the new role or end where they may no longer be. */
  change(user: string, change: AccountChange): Promise<Changed>;
  signIn(attempt: PasswordTry): Promise<PasswordSignIn>;
  /** By an administrator. Ends every session of the user. */
  resetPassword(input: NewPassword): Promise<PasswordReset>;
  /** Ends every session of the user and opens a new one. */
  changePassword(attempt: PasswordTry, next: string): Promise<PasswordSignIn>;
  /**
   * Stage `account`: whoever belongs to an account counts only while that is active, and a session is what its account
   * is now. `changesPassword`: the request may come while the password has to be changed.
   */
  judge(identity: Identity, changesPassword: boolean): Promise<Verified>;
}

export type AccountsOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly sessions: Pick<Sessions, 'open' | 'endAllOf'>;
  readonly signInLimits: SignInLimits;
  readonly reach: Reach;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

export function createAccounts({ log, sessions, signInLimits, reach, clock }: AccountsOptions): Accounts {
  const now = (): string => new Date(clock()).toISOString();

  async function verified({ user, password, address }: PasswordTry): Promise<Checked> {
    const attempt = { user, address };
    const limited = await signInLimits.consume(attempt);
    if (limited) return { ok: false, failure: limited };
    const account = await readAccount(log, user);
    if (!(await verifyPassword(password, account?.password ?? null)) || !account)
      return { ok: false, failure: WRONG };
    await signInLimits.giveBack(attempt);
    // Only who knows the password learns that there is such an account.
    return account.state === 'disabled' ? { ok: false, failure: DISABLED } : { ok: true, account };
  }

  async function openSession({
    user,
    name,
    role,
    mustChangePassword,
  }: StoredAccount): Promise<PasswordSignIn> {
    return { ok: true, ...(await sessions.open({ user, name, role })), mustChangePassword };
  }

  async function isLastAdministrator(user: string): Promise<boolean> {
    const administrators = (await listAccounts(log)).filter(isActiveAdministrator);
    return administrators.length === 1 && administrators[0]?.user === user;
  }

  return {
    create: (input) => createUser(log, input, clock),
    list: async () => (await listAccounts(log)).map(infoOf),

    async change(user, { role, disabled, mustChangePassword, by }) {
      const before = await readAccount(log, user);
      if (!before)
        return { ok: false, failure: { code: 'not_found', detail: `There is no user "${user}".` } };
      if (mustChangePassword && before.password === null)
        return {
          ok: false,
          failure: {
            code: 'state_conflict',
            detail: `"${user}" signs in elsewhere and has no password here.`,
            fix: 'Change the password where the account signs in.',
          },
        };
      const demoted = disabled === true || (role !== undefined && role !== 'admin');
      if (demoted && (await isLastAdministrator(before.user)))
        return {
          ok: false,
          failure: {
            code: 'state_conflict',
            detail: `"${user}" is the last administrator who can sign in.`,
            fix: 'Make somebody else an administrator first.',
          },
        };
      const to = (stored: StoredAccount): StoredAccount => ({
        ...stored,
        ...(role !== undefined && { role }),
        ...(disabled !== undefined && { state: disabled ? 'disabled' : 'active' }),
        ...(mustChangePassword !== undefined && { mustChangePassword }),
        changedAt: now(),
      });
      const account = await changeAccount(log, user, { to, by });
      if (!account) throw new Error('Accounts are never removed, yet one was.');
      if (account.state === 'disabled') reach.end(account.user, 'The account was disabled.');
      else if (account.mustChangePassword)
        reach.endSessions(account.user, 'The password has to be changed before anything else.');
      else reach.changed(account);
      return { ok: true, info: infoOf(account) };
    },

    async signIn(attempt) {
      const checked = await verified(attempt);
      return checked.ok ? openSession(checked.account) : checked;
    },

    async resetPassword(input) {
      const reset = await resetPassword(log, input, clock);
      if (reset.ok) await sessions.endAllOf(reset.info.user, 'An administrator has set a new password.');
      return reset;
    },

    async changePassword(attempt, next) {
      const problem =
        next === attempt.password
          ? 'The new password must differ from the present one.'
          : passwordProblem(next, attempt.user);
      if (problem !== null) return { ok: false, failure: { code: 'invalid_input', detail: problem } };
      const checked = await verified(attempt);
      if (!checked.ok) return checked;
      const password = await hashPassword(next);
      const before = checked.account.password;
      const account = await changeAccount(log, attempt.user, {
        by: checked.account.user,
        // Of two who change it at once one comes too late: what it verified is no longer the password.
        to: (stored) =>
          stored.password === before
            ? { ...stored, password, mustChangePassword: false, changedAt: now() }
            : null,
      });
      if (!account) return { ok: false, failure: WRONG };
      await sessions.endAllOf(account.user, 'The password was changed.');
      return openSession(account);
    },

    async judge(identity, changesPassword) {
      const account = await readAccount(log, identity.user);
      if (!account) return { ok: true, identity };
      if (account.state === 'disabled') return { ok: false, failure: DISABLED };
      if (!isSessionId(identity.credentialId)) return { ok: true, identity };
      if (account.mustChangePassword && !changesPassword) return { ok: false, failure: MUST_CHANGE };
      return { ok: true, identity: { ...identity, role: account.role, name: account.name } };
    },
  };
}

type Checked =
  | { readonly ok: true; readonly account: StoredAccount }
  | { readonly ok: false; readonly failure: AccountFailure };

const isActiveAdministrator = ({ role, state }: StoredAccount): boolean =>
  role === 'admin' && state === 'active';

/** The same for a wrong password, an unknown user, and one without a password. */
const WRONG: AccountFailure = { code: 'credential_invalid', detail: 'User name or password is wrong.' };
const DISABLED: Failure = { code: 'account_disabled' };
const MUST_CHANGE: Failure = { code: 'password_change_required' };
