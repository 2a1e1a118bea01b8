/** API keys: `gl_<id>_<secret>`, shown once, kept as a hash. */
import { randomBytes } from 'node:crypto';
import { apiKeyParts } from '@greenlight/handshake/credential-shape';
import type { Failure } from '@greenlight/handshake/verdict';
import type { ChannelAppend, Log, StoredRecord } from '@greenlight/log/log';
import type { Role } from '@greenlight/protocol/role';
import type { KeyInfo } from '@greenlight/protocol/key-info';
import { accountAppend, notStored } from './account-events.ts';
import { digestOf, matchesDigest, newSecret } from './secret.ts';
import type { Verified } from './verifier.ts';

export type NewApiKey = {
  readonly name: string;
  readonly role: Role;
  /** Patterns; absent = what the role may. */
  readonly channels?: readonly string[];
  /** Whom its events and runs belong to. Default `key_<id>`. */
  readonly user?: string;
  /** Milliseconds since 1970; absent = until it is revoked. */
  readonly expiresAt?: number;
  readonly createdBy: string;
};

export interface ApiKeys {
  /** `key` is shown this once and never again. */
  create(input: NewApiKey): Promise<{ key: string; info: KeyInfo }>;
  list(): Promise<readonly KeyInfo[]>;
  /** Cuts its open connections too. False if there is no such key, or it was revoked before. */
  revoke(id: string, by?: string): Promise<boolean>;
  verify(key: string): Promise<Verified>;
  /** Null while the key counts: what was derived from it ends with it. */
  whyEnded(id: string): Promise<Failure | null>;
}

export type ApiKeyOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Ends the open connections of a credential that no longer counts. */
  readonly cut: (credentialId: string, reason: string) => void;
};

type StoredKey = KeyInfo & { readonly digest: string };

const COLLECTION = 'api_keys';
const USE_RESOLUTION_MS = 60_000;

export function createApiKeys({ log, clock, cut }: ApiKeyOptions): ApiKeys {
  const now = (): string => new Date(clock()).toISOString();

  async function create({ expiresAt, ...input }: NewApiKey): Promise<{ key: string; info: KeyInfo }> {
    const id = newKeyId();
    const secret = newSecret();
    const info: KeyInfo = {
      user: `key_${id}`,
      ...input,
      id,
      createdAt: now(),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    };
    const value: StoredKey = { ...info, digest: digestOf(secret) };
    const record = { collection: COLLECTION, id, value, ifVersion: 0 };
    const event = told('system.key_created', info, { time: info.createdAt, by: info.createdBy });
    const appended = await log.append({ appends: [event], records: [record] });
    if (!appended.ok) throw notStored('The API key', appended);
    return { key: `gl_${id}_${secret}`, info };
  }

  async function list(): Promise<readonly KeyInfo[]> {
    const keys: KeyInfo[] = [];
    for (let after = ''; ;) {
      const page = await log.records(COLLECTION, { after, limit: 1_000 });
      keys.push(...page.map(infoOf));
      const last = page.at(-1);
      if (page.length < 1_000 || !last) break;
      after = last.id;
    }
    return keys.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  async function revoke(id: string, by?: string): Promise<boolean> {
    for (;;) {
      const record = await log.record(COLLECTION, id);
      const stored = record?.value as StoredKey | undefined;
      if (!record || !stored || stored.revokedAt !== undefined) return false;
      const revokedAt = now();
      const value: StoredKey = { ...stored, revokedAt };
      const event = told('system.key_revoked', stored, { time: revokedAt, by });
      const write = { collection: COLLECTION, id, value, ifVersion: record.version };
      const appended = await log.append({ appends: [event], records: [write] });
      if (appended.ok) break;
      // Its last use was noted in between: read again.
      if (appended.reason !== 'version_moved') throw notStored('The revocation', appended);
    }
    cut(id, 'The API key was revoked.');
    return true;
  }

  async function verify(key: string): Promise<Verified> {
    const parts = apiKeyParts(key);
    const record = parts && (await log.record(COLLECTION, parts.id));
    if (!parts || !record) return { ok: false, failure: { code: 'api_key_unknown' } };
    const stored = record.value as StoredKey;
    if (!matchesDigest(parts.secret, stored.digest))
      return { ok: false, failure: { code: 'api_key_unknown', operator: { secretOfKey: 'wrong' } } };
    const failure = ended(stored);
    if (failure) return { ok: false, failure };
    void noteUse(record);
    const { id, user, name, role, channels, expiresAt } = stored;
    return {
      ok: true,
      identity: {
        user,
        name,
        role,
        ...(channels && { channels }),
        credential: 'api_key',
        credentialId: id,
        ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
      },
    };
  }

  function ended({ id, revokedAt, expiresAt }: StoredKey): Failure | null {
    if (revokedAt !== undefined)
      return { code: 'api_key_revoked', detail: `The API key ${id} was revoked at ${revokedAt}.` };
    if (expiresAt !== undefined && Date.parse(expiresAt) <= clock())
      return { code: 'api_key_revoked', detail: `The API key ${id} expired at ${expiresAt}.` };
    return null;
  }

  /** Once a minute is enough, and never at the price of a revocation: it is written only if nothing else was. */
  async function noteUse({ id, value, version }: StoredRecord): Promise<void> {
    const stored = value as StoredKey;
    if (clock() - Date.parse(stored.lastUsedAt ?? stored.createdAt) < USE_RESOLUTION_MS && stored.lastUsedAt)
      return;
    const used: StoredKey = { ...stored, lastUsedAt: now() };
    const write = { collection: COLLECTION, id, value: used, ifVersion: version };
    // Nobody waits for it; a log that cannot write says so where it matters.
    await log.append({ appends: [], records: [write] }).catch(() => null);
  }

  return {
    create,
    list,
    revoke,
    verify,
    async whyEnded(id) {
      const record = await log.record(COLLECTION, id);
      return record ? ended(record.value as StoredKey) : { code: 'api_key_unknown' };
    },
  };
}

function told(
  type: 'system.key_created' | 'system.key_revoked',
  { id, role, user }: KeyInfo,
  when: { readonly time: string; readonly by: string | undefined },
): ChannelAppend {
  return accountAppend({ type, subject: id, role, user, ...when });
}

function infoOf({ value }: StoredRecord): KeyInfo {
  const { digest: _digest, ...info } = value as StoredKey;
  return info;
}

/** 12 characters of `a-z0-9`: no underscore, so that the key can be taken apart. */
function newKeyId(): string {
  return BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(13, '0')
    .slice(-12);
}
