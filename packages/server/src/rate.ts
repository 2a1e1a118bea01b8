/** Stage `rate`: how often one address may try. What counts by user and by key is known only after the credential. */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBlock } from './client-address.ts';
import type { Limits } from './limits.ts';

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
  'attemptsPerMinute' | 'attemptsPerMinutePerUser' | 'attemptsPerMinutePerKey' | 'lookupsPerMinute'
>;

export function createRate(limits: RateLimits): Rate {
  const ofAddress = perMinute(limits.attemptsPerMinute);
  const ofUser = perMinute(limits.attemptsPerMinutePerUser);
  const ofKey = perMinute(limits.attemptsPerMinutePerKey);
  const lookups = perMinute(limits.lookupsPerMinute);
  return {
    check: ({ address }) =>
      consume(ofAddress, addressBlock(address), (most) => `${most} attempts in a minute from ${address}`),
    checkLookup: ({ address }) =>
      consume(lookups, addressBlock(address), (most) => `${most} lookups in a minute from ${address}`),
    checkIdentity: async ({ user, credentialId }) =>
      (await consume(ofKey, credentialId, (most) => `${most} attempts in a minute with one credential`)) ??
      consume(ofUser, user, (most) => `${most} attempts in a minute by "${user}"`),
    giveBack({ address, transport }, identity) {
      const staysOpen = transport === 'websocket' || transport === 'sse';
      if (identity && !staysOpen) void ofAddress.reward(addressBlock(address));
    },
  };
}

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
