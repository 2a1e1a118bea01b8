/** What the self-probe presents: credentials that are good, and ones that must be refused. */
import { createHmac } from 'node:crypto';
import type { Identity } from '@greenlight/handshake/identity';
import type { Log } from '@greenlight/log/log';
import { createTickets, type Tickets } from '@greenlight/server/auth/tickets';
import type { TokenSettings } from '@greenlight/server/auth/token-settings';

/** `memory` channels that only the probe writes and reads; none hears the events of another. */
export const probeChannel = (reader: string): string => `$SYS:probe:${reader}`;

const IDENTITY: Identity = {
  user: 'self-probe',
  name: 'Self-probe',
  role: 'operator',
  channels: [probeChannel('*')],
  // The process vouches for itself; nothing stored stands behind it that could be revoked.
  credential: 'token',
  credentialId: 'self-probe',
};

export interface ProbeCredentials {
  ticket(): Promise<string>;
  expiredTicket(): Promise<string>;
  /** Signed with the configured secret; null where the server cannot sign. */
  readonly expiredToken: string | null;
}

export type ProbeCredentialOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly ticketSeconds: number;
  readonly tokens: TokenSettings;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

/** More than any probe needs at once: the users' limit is not about these. */
const PENDING = 1_000;
const DAY_MS = 86_400_000;

export function createProbeCredentials(options: ProbeCredentialOptions): ProbeCredentials {
  const { log, ticketSeconds, tokens, clock } = options;
  const ticketsAt = (at: () => number): Tickets =>
    createTickets({
      log,
      clock: at,
      limits: { pendingTickets: PENDING, ticketSeconds },
      whyEnded: () => Promise.resolve(null),
    });
  const fresh = ticketsAt(clock);
  // Old enough to have run out, too young to be swept away.
  const stale = ticketsAt(() => clock() - (ticketSeconds + 1) * 1_000);
  return {
    ticket: () => mint(fresh),
    expiredTicket: () => mint(stale),
    expiredToken: maySign(tokens) ? expiredToken(tokens, clock()) : null,
  };
}

async function mint(tickets: Tickets): Promise<string> {
  const minted = await tickets.mint(IDENTITY, {});
  if (!minted.ok) throw new Error(`no ticket: ${minted.failure.code}`);
  return minted.ticket;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Signing = TokenSettings & { readonly secret: string };

const maySign = (tokens: TokenSettings): tokens is Signing =>
  tokens.secret !== undefined && (tokens.algorithms?.includes('HS256') ?? true);

/** HS256 (RFC 7515 appendix A.1), of yesterday: beyond any clock skew. */
function expiredToken({ secret, issuer, audience }: Signing, now: number): string {
  const claims = { sub: IDENTITY.user, iss: issuer, aud: audience, exp: Math.floor((now - DAY_MS) / 1_000) };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
