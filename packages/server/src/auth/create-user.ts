/** Makes an account: for the users API, and for a command that works on the data folder of a stopped server. */
import type { Log } from '@greenlight/log/log';
import type { AccountInfo } from '@greenlight/protocol/account-info';
import type { Role } from '@greenlight/protocol/role';
import { addAccount, infoOf } from './account.ts';
import { hashPassword, newPassword, passwordProblem } from './password.ts';

export type NewUser = {
  /** 1 to 64 of `a-z 0-9 . _ -`; capitals become small. */
  readonly user: string;
  /** For people. Default: `user`. */
  readonly name?: string;
  readonly role: Role;
  /** Default: a random one, which is given back. */
  readonly password?: string;
  /** Default: true, because somebody else knows the first password. */
  readonly mustChangePassword?: boolean;
  readonly createdBy: string;
};

export type CreatedUser =
  /** `password`: the random one, to be shown this once; null if it was given. */
  | { readonly ok: true; readonly info: AccountInfo; readonly password: string | null }
  | { readonly ok: false; readonly code: 'invalid_input' | 'state_conflict'; readonly detail: string };

/** Small, so that no provider's `sub` with a colon or an at sign is taken for one of these. */
const USER = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export async function createUser(
  log: Pick<Log, 'append' | 'record'>,
  { name, role, password, mustChangePassword = true, createdBy, ...input }: NewUser,
  clock: () => number = Date.now,
): Promise<CreatedUser> {
  const user = input.user.toLowerCase();
  if (!USER.test(user)) {
    const detail =
      'A user name has 1 to 64 characters of a-z, 0-9, ".", "_" and "-", and begins with a letter or digit.';
    return { ok: false, code: 'invalid_input', detail };
  }
  const problem = password === undefined ? null : passwordProblem(password, user);
  if (problem !== null) return { ok: false, code: 'invalid_input', detail: problem };
  const first = password ?? newPassword();
  const now = new Date(clock()).toISOString();
  const account = {
    user,
    name: name ?? user,
    role,
    state: 'active',
    mustChangePassword,
    createdAt: now,
    createdBy,
    changedAt: now,
    password: await hashPassword(first),
  } as const;
  if (await addAccount(log, account))
    return { ok: true, info: infoOf(account), password: password === undefined ? first : null };
  return { ok: false, code: 'state_conflict', detail: `There is a user "${user}" already.` };
}
