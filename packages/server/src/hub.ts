/** Channel → subscribers on this node. What is broadcast here was committed before; what is missed is in the log. */
import type { Announcement, Bus } from '@greenlight/bus/bus';
import type { Log } from '@greenlight/log/log';
import { FramedPublication } from './framed-publication.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { createTurns } from './turns.ts';

export type Subscriber = {
  /** MAY repeat, skip and reorder; the one delivery rule (subscription.ts) sorts it out. MUST NOT throw. */
  offer(publication: FramedPublication): void;
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

export function createHub({ log, bus, limits }: { log: Log; bus: Bus; limits: Limits }): Hub {
  const subscribers = new Map<string, Set<Subscriber>>();
  const underWay = new Map<string, Map<number, Promise<FramedPage>>>();
  const turn = createTurns(READS_PER_TICK);

  function broadcast({ channel, epoch, entries }: Announcement): void {
    // A read that began before this news may not show it; whoever asks from now on gets a new one.
    underWay.delete(channel);
    const present = subscribers.get(channel);
    if (!present) return;
    for (const entry of entries) {
      const publication = new FramedPublication(channel, epoch, entry);
      for (const subscriber of present) subscriber.offer(publication);
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

  const heartbeat = createHeartbeat(log, limits.heartbeatMs);
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
