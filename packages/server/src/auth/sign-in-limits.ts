/** How often passwords may be tried: for one account from one address, for one account, from one address. */
import type { Failure } from '@greenlight/handshake/verdict';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBlock } from '../client-address.ts';
import type { Limits } from '../limits.ts';
import { accountId } from './account.ts';

export type Try = { readonly user: string; readonly address: string };

export interface SignInLimits {
  /** Null: go ahead. */
  consume(attempt: Try): Promise<Failure | null>;
  /** It was the right password. */
  giveBack(attempt: Try): Promise<void>;
}

export function createSignInLimits(
  limits: Pick<
    Limits,
    'signInsPerUserAndAddress' | 'signInsPerUser' | 'signInsPerAddress' | 'signInWindowMinutes'
  >,
): SignInLimits {
  const limiter = (points: number): RateLimiterMemory =>
    new RateLimiterMemory({ points, duration: limits.signInWindowMinutes * 60 });
  // Guessing from one address does not keep the owner out who comes from another, until very many have joined in.
  const both = limiter(limits.signInsPerUserAndAddress);
  const ofUser = limiter(limits.signInsPerUser);
  const ofAddress = limiter(limits.signInsPerAddress);
  const keyed = ({ user, address }: Try): readonly (readonly [RateLimiterMemory, string])[] => {
    const from = addressBlock(address);
    return [
      [ofAddress, from],
      [both, `${from} ${accountId(user)}`],
      [ofUser, accountId(user)],
    ];
  };

  return {
    async consume(attempt) {
      try {
        for (const [of, key] of keyed(attempt)) await of.consume(key);
        return null;
      } catch (reason) {
        if (!(reason instanceof RateLimiterRes)) throw reason;
        return {
          code: 'rate_limited',
          detail: 'There were too many attempts to sign in.',
          retryAfterMs: reason.msBeforeNext,
        };
      }
    },
    async giveBack(attempt) {
      for (const [of, key] of keyed(attempt)) await of.reward(key);
    },
  };
}
