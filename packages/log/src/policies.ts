/** Which policy covers a channel, and what it keeps. */
import { channelMatcher } from '@greenlight/protocol/channel';
import type { Durability } from '@greenlight/protocol/event';
import type { ChannelPolicy, Retention } from './log.ts';

export const DEFAULT_RETENTION: Retention = {
  maxEvents: 100_000,
  maxBytes: 256 * 1024 * 1024,
  maxAgeMs: 30 * 24 * 60 * 60 * 1000,
};

/** What a `memory` channel keeps where its policy does not say: enough to bridge a reconnect. */
export const DEFAULT_MEMORY_RETENTION: Retention = {
  maxEvents: 10_000,
  maxBytes: 4 * 1024 * 1024,
  maxAgeMs: 60 * 60 * 1000,
};

/** High-rate model output is thrown away with the process; everything that is not named is kept on disk. */
export const DEFAULT_POLICIES: readonly ChannelPolicy[] = [{ pattern: 'tokens:*', durability: 'memory' }];

/** The first policy that covers a channel counts; a channel without one is `disk`. */
export type Policies = {
  readonly durability: (channel: string) => Durability;
  readonly retention: (channel: string) => Retention;
};

export function compilePolicies(
  policies: readonly ChannelPolicy[],
  retention: Partial<Retention> = {},
): Policies {
  const compiled = policies.map((policy) => ({ policy, covers: channelMatcher(policy.pattern) }));
  const policyOf = (channel: string): ChannelPolicy | undefined =>
    compiled.find(({ covers }) => covers(channel))?.policy;
  const durability = (channel: string): Durability => policyOf(channel)?.durability ?? 'disk';
  return {
    durability,
    retention: (channel) => {
      const policy = policyOf(channel);
      return policy?.durability === 'memory'
        ? { ...DEFAULT_MEMORY_RETENTION, ...policy.retention }
        : { ...DEFAULT_RETENTION, ...retention, ...policy?.retention };
    },
  };
}
