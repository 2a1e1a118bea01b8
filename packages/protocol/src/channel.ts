/** Channel names and the patterns that permissions and retention rules are written in. */

const NAME = /^(?:\$SYS:)?[A-Za-z0-9_.:-]+$/;
export const CHANNEL_NAME_MAX = 200;

/** The channel on which everything about one run is published. */
export const workflowChannel = (workflowId: string): string => `workflow:${workflowId}`;
/** What only one user may read. */
export const userChannel = (userId: string): string => `user:${userId}`;
/** High-rate model output of one run; a `memory` channel. */
export const tokensChannel = (workflowId: string): string => `tokens:${workflowId}`;

export const SYSTEM_PREFIX = '$SYS:';
export const HANDSHAKES_CHANNEL = '$SYS:handshakes';
export const CONNECTIONS_CHANNEL = '$SYS:connections';
export const ACCOUNTS_CHANNEL = '$SYS:accounts';

/** 1 to 200 characters of `A-Z a-z 0-9 _ . : -`, optionally led by `$SYS:`. No comma, so lists need no escaping. */
export function isChannelName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= CHANNEL_NAME_MAX && NAME.test(name);
}

/** The run's id in `workflow:<id>` and `tokens:<id>`, or null for any other channel. */
export function workflowOf(channel: string): string | null {
  return /^(?:workflow|tokens):(.+)$/.exec(channel)?.[1] ?? null;
}

/** The id in `user:<id>`, or null for any other channel. */
export function userOf(channel: string): string | null {
  return channel.startsWith('user:') ? channel.slice('user:'.length) : null;
}

/**
 * Does `pattern` cover `channel`? `*` stands for any run of characters, `{user}` for the reader's own id.
 * `$SYS:` channels are covered only by patterns that themselves begin with `$SYS:`.
 */
export function channelMatches(pattern: string, channel: string, user = ''): boolean {
  return channelMatcher(pattern, user)(channel);
}

/** `channelMatches` for a pattern that many channels are held against. */
export function channelMatcher(pattern: string, user = ''): (channel: string) => boolean {
  const coversSystem = pattern.startsWith(SYSTEM_PREFIX);
  const [first = '', ...rest] = pattern.replaceAll('{user}', user).split('*');
  const last = rest.pop();
  return (channel) => {
    if (!channel.startsWith(first) || (channel.startsWith(SYSTEM_PREFIX) && !coversSystem)) return false;
    if (last === undefined) return channel === first;
    let at = first.length;
    for (const part of rest) {
      const found = channel.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return channel.length - last.length >= at && channel.endsWith(last);
  };
}
