/** One page of what a caller may see, out of a list that also holds what they may not. */
import type { Identity } from '@greenlight/handshake/identity';
import { workflowChannel } from '@greenlight/protocol/channel';
import { mayUseChannel } from '../access.ts';
import type { Services } from '../services.ts';
import type { PageOf } from './schemas/basics.ts';

/** So many reads at most, so that a caller who may see next to nothing does not scan everything at once. */
const READS = 20;

export type PageSource<T> = {
  /** In the list's own order, beginning behind `cursor`. */
  readonly read: (cursor: string | undefined, limit: number) => Promise<readonly T[]>;
  readonly visible: (item: T) => boolean;
};

/** `next` is the cursor of the last item looked at, when there may be more behind it. */
export async function visiblePage<T extends { readonly id: string }>(
  { read, visible }: PageSource<T>,
  { limit, from }: { limit: number; from?: string | undefined },
): Promise<PageOf<T>> {
  const items: T[] = [];
  let cursor = from;
  for (let reads = 0; reads < READS; reads++) {
    const wanted = limit - items.length + 1;
    const batch = await read(cursor, wanted);
    for (const item of batch) {
      if (visible(item)) {
        if (items.length === limit) return { items, ...(cursor !== undefined && { next: cursor }) };
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
