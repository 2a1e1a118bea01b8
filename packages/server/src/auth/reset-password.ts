/** A new password from an administrator, for an account whose owner has lost theirs. */
import type { Log } from '@greenlight/log/log';
import type { AccountInfo } from '@greenlight/protocol/account-info';
import { changeAccount, infoOf, readAccount } from './account.ts';
import { hashPassword, newPassword, passwordProblem } from './password.ts';

export type NewPassword = {
  readonly user: string;
  /** Default: a random one, which is given back. */
  readonly password?: string;
  /** Who sets it. */
  readonly by?: string;
};

export type PasswordReset =
  /** `password`: the random one, to be shown this once; null if it was given. */
  | { readonly ok: true; readonly info: AccountInfo; readonly password: string | null }
  | {
      readonly ok: false;
      readonly code: 'invalid_input' | 'not_found' | 'state_conflict';
      readonly detail: string;
    };

/** It has to be changed at the next sign-in, because somebody else knows it. Sessions are the caller's to end. */
export async function resetPassword(
  log: Pick<Log, 'append' | 'record'>,
  { user, password, by }: NewPassword,
  clock: () => number = Date.now,
): Promise<PasswordReset> {
  const account = await readAccount(log, user);
  if (!account) return { ok: false, code: 'not_found', detail: `There is no user "${user}".` };
  if (account.password === null)
    return {
      ok: false,
      code: 'state_conflict',
      detail: `"${user}" signs in elsewhere and has no password here.`,
    };
  const problem = password === undefined ? null : passwordProblem(password, account.user);
  if (problem !== null) return { ok: false, code: 'invalid_input', detail: problem };
  const next = password ?? newPassword();
  const hash = await hashPassword(next);
  const changedAt = new Date(clock()).toISOString();
  const changed = await changeAccount(log, user, {
    by,
    to: (stored) => ({ ...stored, password: hash, mustChangePassword: true, changedAt }),
  });
  if (!changed) throw new Error('Accounts are never removed, yet one was.');
  return { ok: true, info: infoOf(changed), password: password === undefined ? next : null };
}
