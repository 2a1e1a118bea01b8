/** What every bus MUST do, as tests: call it in the test file of an implementation. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Announcement, Bus } from './bus.ts';

/** Two or more nodes of one bus, each connected and listening when `join` resolves. */
export type BusUnderTest = {
  readonly join: () => Promise<Bus>;
  /** Releases what the bus itself holds. */
  readonly close: () => Promise<void>;
};

const announcement = (offset: number, channel = 'news'): Announcement => ({
  channel,
  epoch: 'e1',
  entries: [{ offset, json: `{"type":"news.item","data":${offset}}` }],
});

/** A listener with a queue: tests wait for what was heard, never for time. */
function hear(bus: Bus): {
  next: () => Promise<Announcement>;
  heard: readonly Announcement[];
  stop: () => void;
} {
  const heard: Announcement[] = [];
  const unread: Announcement[] = [];
  const waiting: ((announcement: Announcement) => void)[] = [];
  const stop = bus.listen((announcement) => {
    heard.push(announcement);
    const first = waiting.shift();
    if (first) first(announcement);
    else unread.push(announcement);
  });
  const next = (): Promise<Announcement> => {
    const first = unread.shift();
    return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
  };
  return { next, heard, stop };
}

export function describeBus(name: string, open: () => Promise<BusUnderTest>): void {
  describe(`bus contract: ${name}`, () => {
    let bus: BusUnderTest;
    const nodes: Bus[] = [];
    const start = async (count: number): Promise<readonly Bus[]> => {
      bus = await open();
      for (let n = 0; n < count; n++) nodes.push(await bus.join());
      return nodes;
    };
    afterEach(async () => {
      for (const node of nodes.splice(0)) await node.close();
      await bus.close();
    });

    it('[L20] tells every other node what one node announces, unchanged', async () => {
      const [a, b, c] = (await start(3)) as [Bus, Bus, Bus];
      const [atB, atC] = [hear(b), hear(c)];
      await a.announce(announcement(1));
      expect(await atB.next()).toEqual(announcement(1));
      expect(await atC.next()).toEqual(announcement(1));
    });

    it('[L20] never tells a node what it announced itself', async () => {
      const [a, b] = (await start(2)) as [Bus, Bus];
      const [atA, atB] = [hear(a), hear(b)];
      await a.announce(announcement(1));
      await b.announce(announcement(2));
      expect(await atA.next()).toEqual(announcement(2));
      expect(await atB.next()).toEqual(announcement(1));
      expect(atA.heard).toHaveLength(1);
    });

    it('gives an announcement to each listener of a node', async () => {
      const [a, b] = (await start(2)) as [Bus, Bus];
      const [one, two] = [hear(b), hear(b)];
      await a.announce(announcement(1));
      expect((await one.next()).entries[0]?.offset).toBe(1);
      expect((await two.next()).entries[0]?.offset).toBe(1);
    });

    it('gives nothing more to a listener that stopped, and stopping twice is harmless', async () => {
      const [a, b] = (await start(2)) as [Bus, Bus];
      const [stopped, other] = [hear(b), hear(b)];
      await a.announce(announcement(1));
      await stopped.next();
      stopped.stop();
      stopped.stop();
      await other.next();
      await a.announce(announcement(2));
      expect((await other.next()).entries[0]?.offset).toBe(2);
      expect(stopped.heard).toHaveLength(1);
    });

    it('[L21] resolves an announcement with nobody to hear it, and after close', async () => {
      const [a] = (await start(1)) as [Bus];
      await expect(a.announce(announcement(1))).resolves.toBeUndefined();
      await a.close();
      await expect(a.announce(announcement(2))).resolves.toBeUndefined();
    });

    it('gives nothing more to a node that closed', async () => {
      const [a, b, c] = (await start(3)) as [Bus, Bus, Bus];
      const [atB, atC] = [hear(b), hear(c)];
      await b.close();
      await a.announce(announcement(1));
      await atC.next();
      expect(atB.heard).toHaveLength(0);
    });

    it('carries an announcement without entries: a doorbell alone', async () => {
      const [a, b] = (await start(2)) as [Bus, Bus];
      const atB = hear(b);
      await a.announce({ channel: 'news', epoch: 'e1', entries: [] });
      expect(await atB.next()).toEqual({ channel: 'news', epoch: 'e1', entries: [] });
    });
  });
}
