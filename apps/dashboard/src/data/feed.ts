/** The activity feed: the log's newest events after a reload, then what arrives. */
import type { Publication } from '@greenlight/protocol/event';
import { userChannel } from '@greenlight/protocol/channel';
import { formatPosition, parsePosition } from '@greenlight/protocol/position';
import { failureOf, get } from './api.ts';
import type { Failure } from './failure.ts';
import { belongsInFeed, mergeFeed } from './feed-entries.ts';
import { watch } from './live.ts';
import { createStore } from './store.ts';

export type Feed = {
  /** Newest first. */
  readonly publications: readonly Publication[];
  readonly filled: boolean;
  readonly failure: Failure | null;
};
const EMPTY: Feed = { publications: [], filled: false, failure: null };
export const feed = createStore<Feed>(EMPTY);

const KEPT = 400;
/** Enough to fill the page; then the log is read no further back. */
const WANTED = 40;
const PAGE = 500;
const PAGES = 8;

type History = { readonly events: readonly Publication[] };

const add = (incoming: readonly Publication[]): void =>
  feed.set({ ...feed.get(), publications: mergeFeed(feed.get().publications, incoming, KEPT) });

/** Reads back from `head` until there is enough to show: most events of a busy channel are routine. */
async function fill(channel: string, head: string): Promise<void> {
  const from = parsePosition(head);
  if (!from) return;
  let found = 0;
  for (let page = 0, end = from.offset; page < PAGES && end > 0 && found < WANTED; page += 1) {
    const offset = Math.max(0, end - PAGE);
    const since = formatPosition({ epoch: from.epoch, offset });
    const { events } = await get<History>(`/api/v1/channels/${encodeURIComponent(channel)}/history`, {
      since,
      limit: end - offset,
    });
    add(events);
    found += events.filter(belongsInFeed).length;
    if ((events[0]?.offset ?? 1) > offset + 1) return; // older ones are no longer kept
    end = offset;
  }
}

export function followFeed(user: string): () => void {
  const channels = ['workflows', 'recommendations', 'approvals', 'system', userChannel(user)];
  const waiting = new Set(channels);
  const done = (channel: string): void => {
    waiting.delete(channel);
    if (waiting.size === 0) feed.set({ ...feed.get(), filled: true });
  };
  const begin = async (channel: string, head: string): Promise<void> => {
    try {
      await fill(channel, head);
    } catch (error) {
      feed.set({ ...feed.get(), failure: failureOf(error) });
    }
    done(channel);
  };
  const ends = channels.map((channel) =>
    watch(channel, {
      onPublications: add,
      onOutcome: (outcome) => {
        if (outcome.outcome === 'denied') done(channel);
        else if (waiting.has(channel) || outcome.outcome === 'reset') void begin(channel, outcome.position);
      },
    }),
  );
  return () => {
    for (const end of ends) end();
    feed.set(EMPTY);
  };
}
