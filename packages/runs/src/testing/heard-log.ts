/** A real log, and what was appended to it: tests wait for the event instead of sleeping. */
import type { Log } from '@greenlight/log/log';
import type { Event, Publication } from '@greenlight/protocol/event';

export type Heard = {
  readonly log: Log;
  /** The first publication, past or to come, that `wanted` takes. */
  event(wanted: (publication: Publication) => boolean): Promise<Publication>;
  /** So far, of this life of the log, in order of commit. */
  readonly all: readonly Publication[];
};

export function hear(log: Log): Heard {
  const all: Publication[] = [];
  const waiting = new Set<() => void>();
  return {
    all,
    log: {
      ...log,
      async append(append) {
        const result = await log.append(append);
        if (result.ok && !result.duplicate)
          for (const [at, { channel, events }] of append.appends.entries())
            for (const [n, event] of events.entries()) {
              const span = result.results[at];
              if (span) all.push({ channel, epoch: span.epoch, offset: span.first + n, event });
            }
        for (const look of waiting) look();
        return result;
      },
    },
    event: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = all.find(wanted);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** All that a channel holds. */
export async function eventsOf(log: Log, channel: string): Promise<Publication[]> {
  const publications: Publication[] = [];
  for (let after = 0; ;) {
    const { epoch, entries, head } = await log.read(channel, { after, limit: 5_000 });
    for (const { offset, json } of entries)
      publications.push({ channel, epoch, offset, event: JSON.parse(json) as Event });
    after = entries.at(-1)?.offset ?? head;
    if (after >= head) return publications;
  }
}
