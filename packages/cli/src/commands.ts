/** All commands, in the order of help. */
import type { Command, CommandGroup } from './command.ts';

type Entry = {
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command | CommandGroup }>;
};

export const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: { summary: 'Start the server', load: () => import('./commands/serve.ts') },
  config: { summary: 'Check the settings of a server', load: () => import('./commands/config.ts') },
  validate: { summary: 'Check Markdown documents', load: () => import('./commands/validate.ts') },
  tail: { summary: "Follow a channel's events", load: () => import('./commands/tail.ts') },
  publish: { summary: 'Publish an event', load: () => import('./commands/publish.ts') },
  ticket: { summary: 'Get a one-time ticket for a WebSocket', load: () => import('./commands/ticket.ts') },
  explain: { summary: 'Say why an attempt was refused', load: () => import('./commands/explain.ts') },
  token: { summary: 'Issue and check tokens', load: () => import('./commands/token.ts') },
  keys: { summary: 'List, create and revoke API keys', load: () => import('./commands/keys.ts') },
  users: { summary: 'List, create and change accounts', load: () => import('./commands/users.ts') },
  backup: {
    summary: 'Copy the data of a running or stopped server',
    load: () => import('./commands/backup.ts'),
  },
  restore: { summary: 'Put a backup in a data folder', load: () => import('./commands/restore.ts') },
};
