/** One way to follow channels from given positions until closed. What it sees it says at once; it keeps no positions. */
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import type { Position, Since } from '@greenlight/protocol/position';

export const FOLLOWER_KINDS = [
  /** Chooses its transport by what works. */
  'sdk',
  'sdk-websocket',
  'sdk-sse',
  'sdk-long-poll',
  'plain-websocket',
  'plain-sse',
  'plain-long-poll',
] as const;
export type FollowerKind = (typeof FOLLOWER_KINDS)[number];

export type Following = {
  readonly url: string;
  readonly apiKey: string;
  /** Of each channel, as of now: the reader's own position, which moves with what it sees. */
  readonly since: ReadonlyMap<string, Since>;
  readonly event: (channel: string, event: Position & { readonly id: string }) => void;
  readonly outcome: (channel: string, outcome: SubscribeOutcome) => void;
  /** Something that should never happen, such as being refused for good. */
  readonly trouble: (sentence: string) => void;
};

/** The answer ends it; nothing is seen after that. */
export type Follow = (following: Following) => () => void;
