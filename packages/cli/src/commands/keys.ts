/** `greenlight keys`: API keys of a server, by an administrator. */
import type { KeyInfo } from '@greenlight/protocol/key-info';
import { askOrTell } from '../ask.ts';
import { type CommandGroup, defineCommand, nothing, only, UsageError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { momentFrom } from '../later.ts';
import { note, print } from '../output.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';
import { shortTime, table } from '../table.ts';

const list = defineCommand({
  usage: '[options]',
  about: 'Lists all keys, revoked ones too, without their secrets.',
  options: { json: { type: 'boolean', about: 'Print {"items"}, as the server answers.' }, ...SERVER_OPTIONS },
  examples: ['greenlight keys list'],
  async run({ json = false, ...server }, positionals) {
    nothing(positionals);
    const answer = await askOrTell(findServer(server), 'api/v1/keys');
    if (answer === null) return EXIT.couldNotRun;
    const { items } = JSON.parse(answer) as { items: readonly KeyInfo[] };
    const heading = ['ID', 'NAME', 'ROLE', 'USER', 'CHANNELS', 'LAST USED', 'STATE'];
    await print(json ? `${JSON.stringify({ items })}\n` : table(heading, items.map(rowOf)));
    return EXIT.clean;
  },
});

const create = defineCommand({
  usage: '<name> [options]',
  about: 'Makes a key and prints it, this once: the server keeps its hash only.',
  options: {
    role: {
      type: 'string',
      value: 'ROLE',
      about: 'viewer, reviewer, operator, admin or service. Default viewer.',
    },
    channel: {
      type: 'string',
      multiple: true,
      value: 'PATTERN',
      about: 'Limit it to channels such as orders:*; may be repeated. Default: what the role may.',
    },
    user: { type: 'string', value: 'USER', about: 'Whom it acts for. Default: a user of its own.' },
    expires: { type: 'string', value: 'WHEN', about: '30d, 12h or 2027-01-01T00:00:00Z. Default never.' },
    json: { type: 'boolean', about: 'Print {"key", "id", …}, as the server answers.' },
    ...SERVER_OPTIONS,
  },
  examples: [
    'greenlight keys create ci --role service --channel "builds:*" --expires 90d',
    'greenlight keys create laptop --role operator > key.txt',
  ],
  async run({ role = 'viewer', channel, user, expires, json = false, ...server }, positionals) {
    const name = only(positionals, 'name');
    const body = {
      name,
      role,
      ...(channel && { channels: channel }),
      ...(user !== undefined && { user }),
      ...(expires !== undefined && { expiresAt: momentFrom(expires, '--expires') }),
    };
    const answer = await askOrTell(findServer(server), 'api/v1/keys', { body });
    if (answer === null) return EXIT.couldNotRun;
    const created = JSON.parse(answer) as KeyInfo & { readonly key: string };
    await print(json ? `${JSON.stringify(created)}\n` : `${created.key}\n`);
    note(`Key ${created.id} is shown this once; keep it where secrets are kept.`);
    return EXIT.clean;
  },
});

const revoke = defineCommand({
  usage: '<id> [options]',
  about: 'Makes a key count for nothing, at once, and cuts its open connections.',
  options: { json: { type: 'boolean', about: 'Print {"id", "revoked"}.' }, ...SERVER_OPTIONS },
  examples: ['greenlight keys revoke k3v9x0ab'],
  async run({ json = false, ...server }, positionals) {
    const id = only(positionals, 'id');
    if (id.includes('_'))
      throw new UsageError(
        'Name the key by its id only, the part between the first and the second underscore.',
      );
    const path = `api/v1/keys/${encodeURIComponent(id)}`;
    if ((await askOrTell(findServer(server), path, { method: 'DELETE' })) === null) return EXIT.couldNotRun;
    await print(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked.\n`);
    return EXIT.clean;
  },
});

function rowOf({ id, name, role, user, channels, lastUsedAt, ...key }: KeyInfo): readonly string[] {
  const used = lastUsedAt === undefined ? 'never' : shortTime(lastUsedAt);
  return [id, name, role, user, channels?.join(',') ?? '', used, stateOf(key)];
}

function stateOf({ revokedAt, expiresAt }: Pick<KeyInfo, 'revokedAt' | 'expiresAt'>): string {
  if (revokedAt !== undefined) return `revoked ${shortTime(revokedAt)}`;
  if (expiresAt === undefined) return 'active';
  return `${Date.parse(expiresAt) > Date.now() ? 'active until' : 'expired'} ${shortTime(expiresAt)}`;
}

export const command: CommandGroup = {
  about: 'API keys of a server. Needs the key of an administrator. Times are UTC.',
  commands: { list, create, revoke },
  examples: [
    'greenlight keys list',
    'greenlight keys create ci --role service',
    'greenlight keys revoke k3v9x0ab',
  ],
};
