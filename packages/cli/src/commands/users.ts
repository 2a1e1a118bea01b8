/** `greenlight users`: the accounts of a server, by an administrator; on its data folder also before there is one. */
import type { AccountInfo } from '@greenlight/protocol/account-info';
import { ask, type Asked } from '../ask.ts';
import { type CommandGroup, defineCommand, nothing, only, type Options, UsageError } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { onDataFolder } from '../on-data-folder.ts';
import { note, print } from '../output.ts';
import { readPassword } from '../read-password.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';
import { shortTime, table } from '../table.ts';
import { tellFailure } from '../tell-failure.ts';

/** With the random password, in the answer that made it only. */
type User = AccountInfo & { readonly password?: string };

const JSON_OPTION = {
  json: { type: 'boolean', about: 'Print the account as JSON.' },
} as const satisfies Options;
const PASSWORD_OPTIONS = {
  'password-stdin': { type: 'boolean', about: 'Take the password from standard input.' },
  'random-password': { type: 'boolean', about: 'Make one and print it, this once.' },
  data: {
    type: 'string',
    value: 'FOLDER',
    about: 'Work on the data folder of a stopped server instead; no key is needed.',
  },
} as const satisfies Options;

const list = defineCommand({
  usage: '[options]',
  about: 'Lists all accounts.',
  options: { json: { type: 'boolean', about: 'Print {"items"}, as the server answers.' }, ...SERVER_OPTIONS },
  examples: ['greenlight users list'],
  async run({ json = false, ...server }, positionals) {
    nothing(positionals);
    const asked = await ask(findServer(server), 'api/v1/users');
    if (!asked.ok) return failed(asked);
    const { items } = JSON.parse(asked.text) as { items: readonly AccountInfo[] };
    const heading = ['USER', 'NAME', 'ROLE', 'CHANGED', 'STATE'];
    const rows = items.map((one) => [one.user, one.name, one.role, shortTime(one.changedAt), stateOf(one)]);
    await print(json ? `${JSON.stringify({ items })}\n` : table(heading, rows));
    return EXIT.clean;
  },
});

const create = defineCommand({
  usage: '<user> [options]',
  about:
    'Makes an account. Asks for the password, which has to be changed at the first sign-in because you know it too.',
  options: {
    role: {
      type: 'string',
      value: 'ROLE',
      about: 'viewer, reviewer, operator, admin or service. Default viewer.',
    },
    name: { type: 'string', value: 'NAME', about: 'For people, such as "Ada Lovelace".' },
    'keep-password': {
      type: 'boolean',
      about: 'The password is its owner’s own: no change at the first sign-in.',
    },
    ...PASSWORD_OPTIONS,
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
  },
  examples: [
    'greenlight users create ada --role admin --data /var/lib/greenlight',
    'greenlight users create ben --role operator --random-password',
    'pass show ben | greenlight users create ben --password-stdin',
  ],
  async run({ role = 'viewer', name, 'keep-password': keep = false, json = false, ...asked }, positionals) {
    const user = only(positionals, 'user');
    const answer = await withPassword(user, asked, {
      path: 'api/v1/users',
      task: 'create',
      body: { user, role, ...(name !== undefined && { name }), ...(keep && { mustChangePassword: false }) },
    });
    return tell(answer, json);
  },
});

const password = defineCommand({
  usage: '<user> [options]',
  about:
    'Sets a new password for somebody who has lost theirs, and ends their sessions. It has to be changed at the next sign-in.',
  options: { ...PASSWORD_OPTIONS, ...JSON_OPTION, ...SERVER_OPTIONS },
  examples: ['greenlight users password ada', 'greenlight users password ada --random-password'],
  async run({ json = false, ...asked }, positionals) {
    const user = only(positionals, 'user');
    const path = `${pathOf(user)}/password`;
    return tell(await withPassword(user, asked, { path, task: 'password', body: {} }), json);
  },
});

const role = defineCommand({
  usage: '<user> <role> [options]',
  about: 'Gives an account another role; reaches open connections within a second.',
  options: { ...JSON_OPTION, ...SERVER_OPTIONS },
  examples: ['greenlight users role ada operator'],
  async run({ json = false, ...server }, [user, wanted, ...more]) {
    if (user === undefined || wanted === undefined) throw new UsageError('A user and a role are expected.');
    nothing(more);
    return tell(await change(user, { role: wanted }, server), json);
  },
});

const switched = (disabled: boolean, about: string, example: string) =>
  defineCommand({
    usage: '<user> [options]',
    about,
    options: { ...JSON_OPTION, ...SERVER_OPTIONS },
    examples: [example],
    async run({ json = false, ...server }, positionals) {
      return tell(await change(only(positionals, 'user'), { disabled }, server), json);
    },
  });

type Server = Parameters<typeof findServer>[0];
type Asking = Server & {
  readonly data?: string;
  readonly 'password-stdin'?: boolean;
  readonly 'random-password'?: boolean;
};
type Task = {
  readonly path: string;
  readonly task: 'create' | 'password';
  readonly body: Readonly<Record<string, unknown>>;
};

/** Asks the server, or works on its data folder, with a password that is given or, left out, made. */
async function withPassword(user: string, asked: Asking, { path, task, body }: Task): Promise<Asked> {
  const { data, 'password-stdin': fromInput = false, 'random-password': random = false, ...server } = asked;
  if (fromInput && random) throw new UsageError('Use --password-stdin or --random-password, not both.');
  const address = data === undefined ? findServer(server) : null;
  const whole = random ? body : { ...body, password: await readPassword(user, fromInput) };
  return address ? ask(address, path, { body: whole }) : onDataFolder(data ?? '', { task, user, ...whole });
}

const pathOf = (user: string): string => `api/v1/users/${encodeURIComponent(user)}`;

function change(user: string, body: Readonly<Record<string, unknown>>, server: Server): Promise<Asked> {
  return ask(findServer(server), pathOf(user), { method: 'PATCH', body });
}

function failed({ failure }: Extract<Asked, { ok: false }>): ExitCode {
  tellFailure(failure);
  return EXIT.couldNotRun;
}

/** A random password is the result; else the account is. */
async function tell(asked: Asked, json: boolean): Promise<ExitCode> {
  if (!asked.ok) return failed(asked);
  const account = JSON.parse(asked.text) as User;
  const line = `${account.user}: ${account.role}, ${stateOf(account)}`;
  if (json) await print(`${JSON.stringify(account)}\n`);
  else await print(`${account.password ?? line}\n`);
  if (account.password !== undefined) note(`${line}. The password is shown this once.`);
  return EXIT.clean;
}

function stateOf({ state, mustChangePassword, issuer }: AccountInfo): string {
  if (issuer !== undefined) return `${state}, signs in at ${issuer}`;
  return mustChangePassword ? `${state}, has to change the password` : state;
}

export const command: CommandGroup = {
  about:
    'Accounts of a server. Needs the key of an administrator, or with --data the data folder of a server that is not running: that is how the first administrator is made. A password is asked for or read from standard input, never an argument.',
  commands: {
    list,
    create,
    role,
    disable: switched(
      true,
      'Refuses the account everything and cuts its connections.',
      'greenlight users disable ada',
    ),
    enable: switched(false, 'Lets a disabled account in again.', 'greenlight users enable ada'),
    password,
  },
  examples: [
    'greenlight users create ada --role admin --data /var/lib/greenlight',
    'greenlight users list',
    'greenlight users disable ada',
  ],
};
