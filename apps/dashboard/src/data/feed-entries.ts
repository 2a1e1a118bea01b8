/** The activity feed: newest first, each event once, runs of the same thing folded into one line. Pure. */
import type { Publication } from '@greenlight/protocol/event';
import { itemsOf } from './describe-event.ts';

export type FeedEntry = {
  /** Stable while the entry grows: the key of its oldest event. */
  readonly key: string;
  readonly newest: Publication;
  readonly count: number;
};

/** How often these happen says more than each one. */
const COUNTED = new Set(['workflow.progress', 'step.progress', 'validation.created', 'validation.enhanced']);

export const belongsInFeed = ({ event }: Publication): boolean => !COUNTED.has(event.type);

const keyOf = ({ channel, epoch, offset }: Publication): string => `${channel}@${epoch}:${offset}`;

/** Every event once, newest first, at most `limit`. */
export function mergeFeed(
  known: readonly Publication[],
  incoming: readonly Publication[],
  limit: number,
): readonly Publication[] {
  const wanted = incoming.filter(belongsInFeed);
  if (wanted.length === 0) return known;
  const byKey = new Map(known.map((publication) => [keyOf(publication), publication]));
  for (const publication of wanted) byKey.set(keyOf(publication), publication);
  return [...byKey.values()].toSorted(newestFirst).slice(0, limit);
}

function newestFirst(one: Publication, other: Publication): number {
  if (one.channel === other.channel && one.epoch === other.epoch) return other.offset - one.offset;
  return one.event.time < other.event.time ? 1 : one.event.time > other.event.time ? -1 : 0;
}

/** Neighbours of the same type about the same run become one line with a count. */
export function foldFeed(publications: readonly Publication[]): readonly FeedEntry[] {
  const entries: FeedEntry[] = [];
  for (const publication of publications) {
    const last = entries.at(-1);
    if (last && sameThing(last.newest, publication))
      entries[entries.length - 1] = {
        ...last,
        key: keyOf(publication),
        count: last.count + weightOf(publication),
      };
    else entries.push({ key: keyOf(publication), newest: publication, count: weightOf(publication) });
  }
  return entries;
}

const weightOf = ({ event }: Publication): number => Math.max(1, itemsOf(event).length);

const sameThing = (one: Publication, other: Publication): boolean =>
  one.event.type === other.event.type &&
  one.event.type.startsWith('recommendation.') &&
  workflowOf(one) === workflowOf(other);

/** The run that a feed event belongs to, if any. */
export function workflowOf({ event }: Publication): string | null {
  const { data, subject } = event;
  if (typeof data === 'object' && data !== null && 'workflow' in data && typeof data.workflow === 'string')
    return data.workflow;
  return subject?.startsWith('wf_') ? subject : null;
}
