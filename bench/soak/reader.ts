/** An application that follows channels, remembers what it saw, and keeps its positions when it changes its transport. */
import type { Sight } from '@greenlight/testkit/history/check-history';
import { parsePosition, type Position, type Since } from '@greenlight/protocol/position';
import type { Follow, FollowerKind, Following } from './followers/follower.ts';
import { followWithLongPoll } from './followers/plain-long-poll.ts';
import { followWithSse } from './followers/plain-sse.ts';
import { followWithWebSocket } from './followers/plain-websocket.ts';
import { followWithSdk } from './followers/sdk.ts';

const FOLLOW: Readonly<Record<FollowerKind, Follow>> = {
  sdk: followWithSdk(['websocket', 'sse', 'long-poll']),
  'sdk-websocket': followWithSdk(['websocket']),
  'sdk-sse': followWithSdk(['sse']),
  'sdk-long-poll': followWithSdk(['long-poll']),
  'plain-websocket': followWithWebSocket,
  'plain-sse': followWithSse,
  'plain-long-poll': followWithLongPoll,
};

export type ReaderOptions = {
  readonly url: string;
  readonly apiKey: string;
  readonly channels: readonly string[];
  readonly since: 'earliest' | null;
  readonly kind: FollowerKind;
};

export class Reader {
  readonly kind: FollowerKind;
  readonly sights: ReadonlyMap<string, Sight[]>;
  readonly troubles: string[] = [];
  readonly #options: ReaderOptions;
  readonly #since: Map<string, Since>;
  #stop: () => void = () => {};
  #watch: () => void = () => {};

  constructor(options: ReaderOptions) {
    const { channels, since, kind } = options;
    this.#options = options;
    this.kind = kind;
    this.sights = new Map(channels.map((channel) => [channel, []]));
    this.#since = new Map(channels.map((channel) => [channel, since]));
    this.hop(kind);
  }

  /** Goes on with another transport from where it is. */
  hop(kind: FollowerKind): void {
    const begun = [...this.#since.values()].filter((since) => typeof since === 'object' && since !== null);
    // One `since` cannot say "from the beginning" of one channel and "from here" of another.
    if (begun.length > 0 && begun.length < this.#since.size) return;
    this.#stop();
    const { url, apiKey } = this.#options;
    const following: Following = {
      url,
      apiKey,
      since: this.#since,
      trouble: (sentence) => this.troubles.push(sentence),
      outcome: (channel, outcome) => {
        this.sights.get(channel)?.push({ saw: 'outcome', outcome });
        const had = this.#since.get(channel);
        const moves =
          outcome.outcome === 'reset' ||
          outcome.outcome === 'snapshot' ||
          typeof had !== 'object' ||
          had === null;
        if (moves && outcome.outcome !== 'denied') this.#since.set(channel, parsePosition(outcome.position));
        this.#watch();
      },
      event: (channel, { epoch, offset, id }) => {
        this.sights.get(channel)?.push({ saw: 'event', epoch, offset, id });
        this.#since.set(channel, { epoch, offset });
        this.#watch();
      },
    };
    this.#stop = FOLLOW[kind](following);
  }

  /** Resolves with true once the last thing seen of each channel is its head, with false when time is up. */
  async reaches(heads: ReadonlyMap<string, Position>, withinMs: number): Promise<boolean> {
    const isThere = (): boolean =>
      [...heads].every(([channel, head]) => isAt(this.#since.get(channel), head));
    if (isThere()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), withinMs);
    this.#watch = () => isThere() && resolve(true);
    const reached = await promise;
    clearTimeout(timer);
    this.#watch = () => {};
    return reached;
  }

  close(): void {
    this.#stop();
  }
}

const isAt = (since: Since | undefined, head: Position): boolean =>
  typeof since === 'object' && since !== null && since.epoch === head.epoch && since.offset === head.offset;
