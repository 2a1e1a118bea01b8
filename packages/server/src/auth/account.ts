/** Accounts as they are stored: one record for each user, under the name in lower case. */
import type { ChannelAppend, Log, StoredRecord } from '@greenlight/log/log';
import type { AccountInfo } from '@greenlight/protocol/account-info';
import { accountAppend, notStored } from './account-events.ts';

export type StoredAccount = AccountInfo & { readonly password: string | null };

type RecordLog = Pick<Log, 'append' | 'record'>;

const COLLECTION = 'users';

export const accountId = (user: string): string => user.toLowerCase();

/** Without the password. */
export function infoOf({ password: _password, ...info }: StoredAccount): AccountInfo {
  return info;
}

export async function readAccount(log: Pick<Log, 'record'>, user: string): Promise<StoredAccount | null> {
  return ((await log.record(COLLECTION, accountId(user)))?.value ?? null) as StoredAccount | null;
}

/** By name. */
export async function listAccounts(log: Pick<Log, 'records'>): Promise<readonly StoredAccount[]> {
  const accounts: StoredAccount[] = [];
  for (let last: StoredRecord | undefined; ;) {
    const page = await log.records(COLLECTION, { limit: 1_000, ...(last && { after: last.id }) });
    accounts.push(...page.map(({ value }) => value as StoredAccount));
    last = page.at(-1);
    if (page.length < 1_000) return accounts;
  }
}

/** False if there is one of this name. */
export async function addAccount(log: RecordLog, account: StoredAccount): Promise<boolean> {
  const write = { collection: COLLECTION, id: accountId(account.user), value: account, ifVersion: 0 };
  const { user, role, state, createdAt: time, createdBy: by } = account;
  const told = accountAppend({ type: 'system.account_created', subject: user, time, by, role, state });
  const appended = await log.append({ appends: [told], records: [write] });
  if (!appended.ok && appended.reason !== 'version_moved') throw notStored('The account', appended);
  return appended.ok;
}

/** `change` sees the newest state, however many change it at once; null leaves it as it is. `by`: who does it. */
export async function changeAccount(
  log: RecordLog,
  user: string,
  change: {
    readonly to: (account: StoredAccount) => StoredAccount | null;
    readonly by: string | undefined;
  },
): Promise<StoredAccount | null> {
  for (;;) {
    const record = await log.record(COLLECTION, accountId(user));
    const before = record?.value as StoredAccount | undefined;
    const changed = before && change.to(before);
    if (!record || !changed) return null;
    const write = { collection: COLLECTION, id: record.id, value: changed, ifVersion: record.version };
    const appended = await log.append({ appends: told(before, changed, change.by), records: [write] });
    if (appended.ok) return changed;
    if (appended.reason !== 'version_moved') throw notStored('The change of the account', appended);
  }
}

const TOLD = ['role', 'state', 'name', 'mustChangePassword'] as const;

/** Nothing where nothing is different but the time. */
function told(
  before: StoredAccount,
  { user, role, state, changedAt: time, ...after }: StoredAccount,
  by: string | undefined,
): readonly ChannelAppend[] {
  const now = { ...after, role, state };
  const changes = TOLD.filter((field) => before[field] !== now[field]);
  const isPassword = before.password !== after.password;
  if (changes.length === 0 && !isPassword) return [];
  const type = isPassword ? 'system.account_password_changed' : 'system.account_changed';
  return [accountAppend({ type, subject: user, time, by, role, state, changes })];
}
