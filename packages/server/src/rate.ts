/** Stage `rate`: how often one address may try, and all together. What counts by user and by key is known only after the credential. */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Transport } from '@greenlight/protocol/transport';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBlock } from './client-address.ts';
import type { Limits } from './limits.ts';
import { Pace } from './pace.ts';

export interface Rate {
  check(request: HandshakeRequest): Promise<Failure | null>;
  /** Asking what became of an attempt: whoever has used up their attempts may still learn that. */
  checkLookup(request: HandshakeRequest): Promise<Failure | null>;
  /** An attempt of somebody known to open a connection. */
  checkIdentity(identity: Identity): Promise<Failure | null>;
  /**
   * Requests of those who are known, over connections that do not stay open, are work and no attempts to get in:
   * a page on long-poll makes many a second.
   */
  giveBack(request: HandshakeRequest, identity: Identity | null): void;
}

export type RateLimits = Pick<
  Limits,
  | 'attemptsPerMinute'
  | 'attemptsPerMinutePerUser'
  | 'attemptsPerMinutePerKey'
  | 'lookupsPerMinute'
  | 'handshakesPerSecond'
>;

/** `clock` in milliseconds. */
export function createRate(limits: RateLimits, clock: () => number): Rate {
  const ofAddress = perMinute(limits.attemptsPerMinute);
  const ofUser = perMinute(limits.attemptsPerMinutePerUser);
  const ofKey = perMinute(limits.attemptsPerMinutePerKey);
  const lookups = perMinute(limits.lookupsPerMinute);
  const pace = new Pace(limits.handshakesPerSecond, clock());

  /** After the address' own limit, so that nobody alone takes the place of all others. */
  function paced({ transport }: HandshakeRequest): Failure | null {
    const wait = staysOpen(transport) ? pace.arrive(clock()) : 0;
    if (wait === 0) return null;
    const detail = `This node takes at most ${limits.handshakesPerSecond} new connections in a second, and more have come.`;
    return { code: 'rate_limited', detail, retryAfterMs: wait };
  }

  return {
    check: async (request) => {
      const { address } = request;
      const what = (most: number): string => `${most} attempts in a minute from ${address}`;
      return (await consume(ofAddress, addressBlock(address), what)) ?? paced(request);
    },
    checkLookup: ({ address }) =>
      consume(lookups, addressBlock(address), (most) => `${most} lookups in a minute from ${address}`),
    checkIdentity: async ({ user, credentialId }) =>
      (await consume(ofKey, credentialId, (most) => `${most} attempts in a minute with one credential`)) ??
      consume(ofUser, user, (most) => `${most} attempts in a minute by "${user}"`),
    giveBack({ address, transport }, identity) {
      if (identity && !staysOpen(transport)) void ofAddress.reward(addressBlock(address));
    },
  };
}

/** Long-poll comes and goes. */
export const staysOpen = (transport: Transport): boolean => transport === 'websocket' || transport === 'sse';

const perMinute = (points: number): RateLimiterMemory => new RateLimiterMemory({ points, duration: 60 });

async function consume(
  limiter: RateLimiterMemory,
  key: string,
  what: (most: number) => string,
): Promise<Failure | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (reason) {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    return {
      code: 'rate_limited',
      detail: `There were more than ${what(limiter.points)}.`,
      retryAfterMs: reason.msBeforeNext,
    };
  }
}
