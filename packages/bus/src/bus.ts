/**
 * The bus contract: a doorbell, not a store. `announce` tells the other nodes that a channel has a new head and may
 * carry the publications as a hint. It MAY lose, repeat and reorder; whoever hears a gap reads the log.
 * Implementations MUST pass `contract.ts`.
 */
import type { Entry } from '@greenlight/log/log';

export type Announcement = {
  readonly channel: string;
  readonly epoch: string;
  readonly entries: readonly Entry[];
};

export interface Bus {
  /** Resolves when the announcement is handed over, not when it is heard. MUST NOT throw when the bus is away. */
  announce(announcement: Announcement): Promise<void>;
  /** Hears what *other* nodes announce, never one's own. Gives a function that stops it. */
  listen(listener: (announcement: Announcement) => void): () => void;
  close(): Promise<void>;
}
