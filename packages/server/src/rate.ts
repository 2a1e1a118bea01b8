/** Stage `rate`: how often one address may try. */
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBlock } from './client-address.ts';

export interface Rate {
  check(request: HandshakeRequest): Promise<Failure | null>;
  /**
   * Requests of those who are known, over connections that do not stay open, are work and no attempts to get in:
   * a page on long-poll makes many a second.
   */
  giveBack(request: HandshakeRequest, identity: Identity | null): void;
}

export function createRate(attemptsPerMinute: number): Rate {
  const limiter = new RateLimiterMemory({ points: attemptsPerMinute, duration: 60 });
  return {
    async check({ address }) {
      try {
        await limiter.consume(addressBlock(address));
        return null;
      } catch (reason) {
        if (!(reason instanceof RateLimiterRes)) throw reason;
        return {
          code: 'rate_limited',
          detail: `There were more than ${attemptsPerMinute} attempts in a minute from ${address}.`,
          retryAfterMs: reason.msBeforeNext,
        };
      }
    },
    giveBack({ address, transport }, identity) {
      const staysOpen = transport === 'websocket' || transport === 'sse';
      if (identity && !staysOpen) void limiter.reward(addressBlock(address));
    },
  };
}
