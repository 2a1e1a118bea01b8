/** One page of what a caller may see, out of a list that also holds what they may not. */
import type { Identity } from '@greenlight/handshake/identity';
import { workflowChannel } from '@greenlight/protocol/channel';
import { mayUseChannel } from '../access.ts';
import type { Services } from '../services.ts';
import type { PageOf } from './schemas/basics.ts';

/** So many reads at most, so that a caller who may see next to nothing does not scan everything at once. */
const READS = 20;
const FURTHER = 500;

export type PageSource<T> = {
  /** In the list's own order, beginning behind `cursor`. */
  readonly read: (cursor: string | undefined, limit: number) => Promise<readonly T[]>;
  readonly visible: (item: T) => boolean;
};

/** `next`, when there may be more, is the last item given; where too much is hidden, the last that was looked at. */
export async function visiblePage<T extends { readonly id: string }>(
  { read, visible }: PageSource<T>,
  { limit, from }: { limit: number; from?: string | undefined },
): Promise<PageOf<T>> {
  const items: T[] = [];
  let cursor = from;
  for (let reads = 0; reads < READS; reads++) {
    const wanted = limit - items.length + 1;
    // Where the first look was not enough, most is hidden: look further at once.
    const batch = await read(cursor, reads === 0 ? wanted : Math.max(wanted, FURTHER));
    for (const item of batch) {
      if (visible(item)) {
        // Not the last that was looked at: that may be one that the caller must not know of.
        const last = items.at(-1);
        if (last && items.length === limit) return { items, next: last.id };
        items.push(item);
      }
      cursor = item.id;
    }
    // A list may give fewer than were wanted (each has a maximum of its own); only an empty one is at its end.
    if (batch.length === 0) return { items };
  }
  return { items, ...(cursor !== undefined && { next: cursor }) };
}

/** What belongs to a run is seen by those who may read the run's channel. */
export const mayReadRun = (identity: Identity, workflow: string, { runs }: Pick<Services, 'runs'>): boolean =>
  mayUseChannel(identity, workflowChannel(workflow), 'read', (id) => runs.privateOwner(id));
