/** What arrives on a channel, handed over once per animation frame. */
import type { Publication } from '@greenlight/protocol/event';
import type { SnapshotPush, SubscribeOutcome } from '@greenlight/protocol/frames';
import type { Since } from '@greenlight/protocol/position';
import { client } from './client.ts';
import { createFrameBatch } from './frame-batch.ts';

export type Watcher = {
  readonly since?: Since;
  readonly onPublications: (publications: readonly Publication[]) => void;
  readonly onSnapshot?: (snapshot: SnapshotPush) => void;
  readonly onOutcome?: (outcome: SubscribeOutcome) => void;
};

/** Gives the function that ends it. A snapshot comes between the publications before it and those after it. */
export function watch(channel: string, watcher: Watcher): () => void {
  const { since = null, onSnapshot, onOutcome } = watcher;
  const batch = createFrameBatch<Publication | SnapshotPush>((arrived) => {
    let publications: Publication[] = [];
    const hand = (): void => {
      if (publications.length > 0) watcher.onPublications(publications);
      publications = [];
    };
    for (const item of arrived) {
      if ('event' in item) publications.push(item);
      else {
        hand();
        onSnapshot?.(item);
      }
    }
    hand();
  });
  const subscription = client.subscribe(
    channel,
    { since, onSnapshot: (snapshot) => batch.push(snapshot), ...(onOutcome && { onOutcome }) },
    (publication) => batch.push(publication),
  );
  return () => {
    subscription.close();
    batch.cancel();
  };
}
