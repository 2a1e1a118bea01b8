/** What a token says of itself, and what the server makes of it. */
import { paint } from '../output.ts';
import type { Claims } from './jwt.ts';

export type Me = {
  readonly user: string;
  readonly role: string;
  readonly channels?: readonly string[];
  readonly credential: string;
  readonly expiresAt?: string;
};

const SHOWN = ['alg', 'kid', 'iss', 'aud', 'sub', 'role', 'channels', 'iat', 'nbf', 'exp'] as const;
const TIMES: readonly string[] = ['iat', 'nbf', 'exp'];

/** `now`: milliseconds since 1970. */
export function drawToken(claims: Claims | null, identity: Me | null, now: number): string {
  const said = SHOWN.filter((name) => claims?.[name] !== undefined).map((name) => {
    const value = claims?.[name];
    const text =
      TIMES.includes(name) && typeof value === 'number'
        ? moment(value, now)
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
    return `  ${name.padEnd(9)} ${text}\n`;
  });
  return `${verdict(identity)}\n${said.join('')}`;
}

function verdict(identity: Me | null): string {
  if (!identity) return `${paint('red', '✗')} refused`;
  const { user, role, channels, credential, expiresAt } = identity;
  const until = expiresAt === undefined ? '' : `, until ${expiresAt}`;
  const limited = channels ? `, channels ${channels.join(' ')}` : '';
  return `${paint('green', '✓')} accepted as ${user} (${role}, ${credential}${limited}${until})`;
}

function moment(seconds: number, now: number): string {
  const away = Math.round(seconds - now / 1_000);
  const when = away < 0 ? `${-away} s ago` : `in ${away} s`;
  const date = new Date(seconds * 1_000);
  return `${seconds} (${Number.isNaN(date.getTime()) ? 'no date' : date.toISOString()}, ${when})`;
}
