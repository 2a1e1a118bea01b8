/** What is told of accounts and keys, in the append that changes them: who did what, and never a secret or a hash. */
import { randomBytes } from 'node:crypto';
import type { AppendRefused, ChannelAppend } from '@greenlight/log/log';
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import { ACCOUNTS_CHANNEL } from '@greenlight/protocol/channel';
import type { EventType } from '@greenlight/protocol/event';
import type { Role } from '@greenlight/protocol/role';

type AccountEventType = Extract<EventType, `system.account_${string}` | `system.key_${string}`>;

export type AccountEvent = {
  readonly type: AccountEventType;
  /** User or key. */
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** Who did it, where that is known. */
  readonly by: string | undefined;
  readonly role: Role;
  readonly user?: string;
  readonly state?: string;
  /** What is different now. */
  readonly changes?: readonly string[];
};

export const accountAppend = ({ type, subject, time, ...data }: AccountEvent): ChannelAppend => ({
  channel: ACCOUNTS_CHANNEL,
  events: [
    {
      id: randomBytes(12).toString('base64url'),
      type,
      source: '/accounts',
      subject,
      time,
      specversion: '1.0',
      data,
    },
  ],
});

/** `what` begins the sentence: `The session`. */
export const notStored = (what: string, refused: AppendRefused): Error =>
  refused.reason === 'unavailable'
    ? new LogUnavailable(`${what} was not stored: ${refused.detail}`)
    : new Error(`${what} was not stored: ${refused.reason}.`);
