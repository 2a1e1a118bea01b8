/** The bus of nodes that live in one process; with a single node it has nobody to tell. */
import type { Announcement, Bus } from './bus.ts';

export type InProcessBus = {
  /** A further node's end of the bus. */
  readonly join: () => Bus;
};

type Listener = (announcement: Announcement) => void;

export function createInProcessBus(): InProcessBus {
  const ends = new Set<ReadonlySet<Listener>>();

  return {
    join: () => {
      const own = new Set<Listener>();
      ends.add(own);
      return {
        announce: async (announcement) => {
          if (!ends.has(own)) return;
          for (const listeners of ends) {
            if (listeners === own) continue;
            // Never inside the announcer's call: what a listener does or throws is not its concern.
            for (const listener of listeners)
              queueMicrotask(() => {
                if (listeners.has(listener)) listener(announcement);
              });
          }
        },
        listen: (listener) => {
          // Its own identity, so that listening twice with one function is two listeners.
          const heard: Listener = (announcement) => listener(announcement);
          if (ends.has(own)) own.add(heard);
          return () => void own.delete(heard);
        },
        close: async () => {
          ends.delete(own);
          own.clear();
        },
      };
    },
  };
}
