/**
 * Channel → subscribers on this node. What is broadcast here was committed before; what is missed is in the log.
 * Everything that is broadcast in one turn of the event loop is offered at its end, to each subscriber at once.
 */
import type { Announcement, Bus } from '@greenlight/bus/bus';
import type { Log } from '@greenlight/log/log';
import { atEndOfTick } from './end-of-tick.ts';
import { FramedPublication } from './framed-publication.ts';
import { type FramedRun, runsOf } from './framed-run.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { createTurns } from './turns.ts';

export type Subscriber = {
  /** MAY repeat, skip and reorder; the one delivery rule (subscription.ts) sorts it out. MUST NOT throw. */
  offer(run: FramedRun): void;
};

export type FramedPage = {
  readonly epoch: string;
  readonly head: number;
  readonly earliest: number;
  readonly publications: readonly FramedPublication[];
};

export interface Hub {
  readonly heartbeat: Heartbeat;
  add(channel: string, subscriber: Subscriber): void;
  remove(channel: string, subscriber: Subscriber): void;
  broadcast(announcement: Announcement): void;
  /** A page of the log after an offset. Those who ask for the same page at the same time share one read. */
  read(channel: string, after: number): Promise<FramedPage>;
  /** Epoch, head and earliest only. */
  look(channel: string): Promise<FramedPage>;
  /** How many subscriptions a channel has here. */
  subscribers(channel: string): number;
  close(): void;
}

/** No event has a larger offset, so such a read is empty and tells only how the channel stands. */
const BEYOND = Number.MAX_SAFE_INTEGER;
const READS_PER_TICK = 32;
/** Characters of JSON. Beyond it the tick's end is not awaited: whoever publishes without a pause might never let it come. */
const MOST_NEWS = 65_536;

export function createHub({ log, bus, limits }: { log: Log; bus: Bus; limits: Limits }): Hub {
  const subscribers = new Map<string, Set<Subscriber>>();
  const underWay = new Map<string, Map<number, Promise<FramedPage>>>();
  /** Of channels that somebody reads, in the order in which they came. */
  let news = new Map<string, FramedPublication[]>();
  let newsLength = 0;
  const turn = createTurns(READS_PER_TICK);

  function broadcast({ channel, epoch, entries }: Announcement): void {
    // A read that began before this news may not show it; whoever asks from now on gets a new one.
    underWay.delete(channel);
    if (entries.length === 0 || !subscribers.has(channel)) return;
    if (news.size === 0) atEndOfTick('fill', offerNews);
    const waiting = news.get(channel);
    const publications = entries.map((entry) => new FramedPublication(channel, epoch, entry));
    if (waiting) waiting.push(...publications);
    else news.set(channel, publications);
    for (const { json } of entries) newsLength += json.length;
    if (newsLength > MOST_NEWS) offerNews();
  }

  function offerNews(): void {
    const offered = news;
    news = new Map();
    newsLength = 0;
    for (const [channel, publications] of offered) {
      const present = subscribers.get(channel);
      if (!present) continue;
      for (const run of runsOf(publications)) for (const subscriber of present) subscriber.offer(run);
    }
  }

  async function readPage(channel: string, after: number): Promise<FramedPage> {
    const { epoch, head, earliest, entries } = await log.read(channel, {
      after,
      maxBytes: limits.catchUpBytes,
    });
    const publications = entries.map((entry) => new FramedPublication(channel, epoch, entry));
    return { epoch, head, earliest, publications };
  }

  async function read(channel: string, after: number): Promise<FramedPage> {
    await turn();
    return sharedPage(channel, after);
  }

  function sharedPage(channel: string, after: number): Promise<FramedPage> {
    const pages = underWay.get(channel) ?? new Map<number, Promise<FramedPage>>();
    const shared = pages.get(after);
    if (shared) return shared;
    const page = readPage(channel, after);
    pages.set(after, page);
    underWay.set(channel, pages);
    const forget = (): void => {
      pages.delete(after);
      if (pages.size === 0 && underWay.get(channel) === pages) underWay.delete(channel);
    };
    // To the end of the tick: the log may answer before the next one of many comes to ask the same.
    page.then(
      () => setImmediate(forget),
      () => forget(),
    );
    return page;
  }

  const heartbeat = createHeartbeat(log, { everyMs: limits.heartbeatMs, beforeBeat: offerNews });
  const stopListening = bus.listen(broadcast);

  return {
    heartbeat,
    broadcast,
    read,
    look: (channel) => read(channel, BEYOND),
    add(channel, subscriber) {
      const present = subscribers.get(channel);
      if (present) present.add(subscriber);
      else subscribers.set(channel, new Set([subscriber]));
    },
    remove(channel, subscriber) {
      const present = subscribers.get(channel);
      if (present?.delete(subscriber) && present.size === 0) subscribers.delete(channel);
    },
    subscribers: (channel) => subscribers.get(channel)?.size ?? 0,
    close() {
      stopListening();
      heartbeat.close();
    },
  };
}
