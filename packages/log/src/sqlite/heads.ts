/**
 * The heads of channels, as the writing thread knows them. It is the only one that moves them, so it need not ask the
 * database again, and writes each channel's row once for a whole group.
 */
import type { DatabaseSync } from 'node:sqlite';

/** Channels remembered between two groups. */
const REMEMBERED = 50_000;

type Row = { readonly id: number; readonly head: number };
type Head = { readonly id: number; head: number; addedEvents: number; addedBytes: number };

export type Heads = {
  readonly of: (channel: string) => number;
  /** Gives the channel's id and the first of `count` new offsets. */
  readonly advance: (channel: string, count: number, bytes: number) => { id: number; first: number };
  /** Writes what has moved: before each commit. */
  readonly write: () => void;
  /** Forgets all: after each rollback. */
  readonly forget: () => void;
};

export function createHeads(db: DatabaseSync): Heads {
  const select = db.prepare('SELECT id, head FROM channels WHERE name = ?');
  const insert = db.prepare(
    'INSERT INTO channels (name, head, earliest, bytes) VALUES (?, 0, 1, 0) RETURNING id, head',
  );
  const update = db.prepare('UPDATE channels SET head = head + ?, bytes = bytes + ? WHERE id = ?');
  const known = new Map<string, Head>();
  const moved = new Set<Head>();

  function find(channel: string): Head | undefined {
    const head = known.get(channel);
    if (head) return head;
    const row = select.get(channel) as Row | undefined;
    return row && remember(channel, row);
  }

  function remember(channel: string, { id, head: at }: Row): Head {
    const head = { id, head: at, addedEvents: 0, addedBytes: 0 };
    known.set(channel, head);
    return head;
  }

  return {
    of: (channel) => find(channel)?.head ?? 0,
    advance: (channel, count, bytes) => {
      const head = find(channel) ?? remember(channel, insert.get(channel) as Row);
      const first = head.head + 1;
      head.head += count;
      head.addedEvents += count;
      head.addedBytes += bytes;
      moved.add(head);
      return { id: head.id, first };
    },
    write: () => {
      for (const head of moved) {
        update.run(head.addedEvents, head.addedBytes, head.id);
        head.addedEvents = 0;
        head.addedBytes = 0;
      }
      moved.clear();
      if (known.size > REMEMBERED) known.clear();
    },
    forget: () => {
      known.clear();
      moved.clear();
    },
  };
}
