/** One-time tickets: what a page puts into a WebSocket URL instead of a credential that lasts. */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Log } from '@greenlight/log/log';
import { channelMatches } from '@greenlight/protocol/channel';
import type { Limits } from '../limits.ts';
import { createOneTimeSecrets, type NotSpent } from './one-time.ts';
import type { Verified } from './verifier.ts';

export type MintOptions = {
  /** Patterns it is limited to; each must lie within what the identity may. */
  readonly channels?: readonly string[];
  /** The only Origin it may be used from. */
  readonly origin?: string;
};

export type Minted =
  /** `expiresIn` in seconds. */
  | { readonly ok: true; readonly ticket: string; readonly expiresIn: number }
  | { readonly ok: false; readonly failure: Failure };

export interface Tickets {
  mint(identity: Identity, options: MintOptions): Promise<Minted>;
  /** Spends it: of any number of simultaneous uses one succeeds. */
  verify(ticket: string, request: Pick<HandshakeRequest, 'headers'>): Promise<Verified>;
}

export type TicketOptions = {
  readonly log: Pick<Log, 'append' | 'record' | 'records'>;
  readonly limits: Pick<Limits, 'pendingTickets' | 'ticketSeconds'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Null while the credential that asked for the ticket still counts. */
  readonly whyEnded: (issuer: Identity) => Promise<Failure | null>;
};

type Ticket = { readonly issuer: Identity; readonly channels?: readonly string[]; readonly origin?: string };

export function createTickets({ log, limits, clock, whyEnded }: TicketOptions): Tickets {
  const secrets = createOneTimeSecrets<Ticket>({
    log,
    clock,
    collection: 'tickets',
    lifeMs: limits.ticketSeconds * 1_000,
    maxPending: limits.pendingTickets,
  });

  return {
    async mint(issuer, { channels, origin }) {
      const failure = checkIssuer(issuer) ?? checkChannels(issuer, channels ?? []);
      if (failure) return { ok: false, failure };
      const ticket: Ticket = {
        issuer,
        ...(channels && { channels }),
        ...(origin !== undefined && { origin }),
      };
      const minted = await secrets.mint(ticket, issuer.user);
      if (minted.ok) return { ok: true, ticket: minted.secret, expiresIn: limits.ticketSeconds };
      const detail = `There are ${limits.pendingTickets} tickets of "${issuer.user}" that were not used yet.`;
      const { retryAfterMs } = minted;
      return { ok: false, failure: { code: 'rate_limited', detail, retryAfterMs } };
    },

    async verify(secret, request) {
      const found = await secrets.look(secret);
      if (found.state !== 'spent') return { ok: false, failure: failureOf(found) };
      // A ticket that is tried from the wrong place stays good for the right one.
      const failure = checkOriginOf(found.value, request) ?? (await whyEnded(found.value.issuer));
      if (failure)
        return { ok: false, failure: withFacts(failure, { ticketAgeSeconds: seconds(found.ageMs) }) };
      const spent = await found.spend();
      if (spent.state !== 'spent') return { ok: false, failure: failureOf(spent) };
      const { issuer, channels } = spent.value;
      return { ok: true, identity: { ...issuer, credential: 'ticket', ...(channels && { channels }) } };
    },
  };
}

/** Otherwise a ticket could be kept alive for ever by trading it for the next. */
function checkIssuer({ credential }: Identity): Failure | null {
  if (credential !== 'ticket') return null;
  return { code: 'channel_forbidden', detail: 'A ticket cannot be traded for another ticket.' };
}

/**
 * `*` in a wanted pattern is covered only by a `*` of an allowed one, so matching the pattern as if it were a name
 * says whether everything it covers is allowed.
 */
function checkChannels({ user, channels: allowed }: Identity, wanted: readonly string[]): Failure | null {
  const beyond = wanted.find(
    (pattern) =>
      allowed && !allowed.some((own) => channelMatches(own, pattern.replaceAll('{user}', user), user)),
  );
  if (beyond === undefined) return null;
  const detail = `"${beyond}" is beyond the channels of the credential that asks for the ticket.`;
  return { code: 'channel_forbidden', detail };
}

function checkOriginOf({ origin }: Ticket, { headers }: Pick<HandshakeRequest, 'headers'>): Failure | null {
  const from = headers.get('origin');
  if (origin === undefined || origin === from) return null;
  return {
    code: 'ticket_origin_mismatch',
    operator: { boundTo: origin },
    detail: `The ticket is bound to "${origin}" and was used ${from === undefined ? 'without an Origin header' : `from "${from}"`}.`,
  };
}

function failureOf(found: NotSpent): Failure {
  const code = `ticket_${found.state}` as const;
  if (found.state === 'unknown') return { code };
  const ticketAgeSeconds = seconds(found.ageMs);
  return found.state === 'already_used'
    ? { code, operator: { ticketAgeSeconds, usedSecondsAgo: seconds(found.usedMsAgo) } }
    : { code, operator: { ticketAgeSeconds } };
}

const seconds = (ms: number): number => Math.round(ms / 1_000);
const withFacts = (failure: Failure, facts: Failure['operator']): Failure => ({
  ...failure,
  operator: { ...facts, ...failure.operator },
});
