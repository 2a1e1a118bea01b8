/** The `memory` part of a log: a bounded ring for each channel, gone with the process; its epoch with it. */
import { newEpoch } from './epoch.ts';
import type { ChannelAppend, ChannelInfo, Entry, ReadOptions, ReadPage } from './log.ts';
import type { Policies } from './policies.ts';
import { clampLimit, READ_BYTES, READ_LIMIT } from './sqlite/reader.ts';

type Kept = Entry & { readonly at: number; readonly bytes: number };
type Ring = {
  head: number;
  bytes: number;
  /** Oldest first. What is before `start` is forgotten and goes when it is half of the array. */
  kept: Kept[];
  start: number;
};

export type MemoryChannels = {
  readonly epoch: string;
  /** Gives what was written. */
  readonly append: (append: ChannelAppend, at: number) => readonly Entry[];
  readonly read: (channel: string, options: ReadOptions) => ReadPage;
  readonly head: (channel: string) => number;
  readonly channels: () => readonly ChannelInfo[];
  readonly trim: (channel: string, through: number) => number;
  readonly retain: (now: number) => number;
};

/** `maxTotalBytes` bounds all rings together: above it, the channels that were written least recently forget first. */
export function createMemoryChannels(policies: Policies, maxTotalBytes: number): MemoryChannels {
  const epoch = newEpoch();
  /** In the order of their last append. */
  const rings = new Map<string, Ring>();
  let totalBytes = 0;

  const size = (ring: Ring): number => ring.kept.length - ring.start;
  const earliest = (ring: Ring): number => ring.head - size(ring) + 1;

  /** Forgets the oldest entries while `goes` says so. */
  function drop(ring: Ring, goes: (oldest: Kept) => boolean): number {
    let forgotten = 0;
    for (let oldest = ring.kept[ring.start]; oldest && goes(oldest); oldest = ring.kept[ring.start]) {
      ring.start++;
      ring.bytes -= oldest.bytes;
      totalBytes -= oldest.bytes;
      forgotten++;
    }
    if (ring.start * 2 > ring.kept.length) {
      ring.kept = ring.kept.slice(ring.start);
      ring.start = 0;
    }
    return forgotten;
  }

  function retainRing(channel: string, ring: Ring, now: number): number {
    const { maxEvents, maxBytes, maxAgeMs } = policies.retention(channel);
    return drop(ring, ({ at }) => size(ring) > maxEvents || ring.bytes > maxBytes || at <= now - maxAgeMs);
  }

  return {
    epoch,
    append: ({ channel, events }, at) => {
      const ring = rings.get(channel) ?? { head: 0, bytes: 0, kept: [], start: 0 };
      rings.delete(channel);
      rings.set(channel, ring);
      const entries: Entry[] = events.map((event) => ({ offset: ++ring.head, json: JSON.stringify(event) }));
      for (const { offset, json } of entries) {
        const bytes = Buffer.byteLength(json);
        ring.kept.push({ offset, json, at, bytes });
        ring.bytes += bytes;
        totalBytes += bytes;
      }
      retainRing(channel, ring, at);
      for (const idle of rings.values()) {
        if (totalBytes <= maxTotalBytes) break;
        drop(idle, () => totalBytes > maxTotalBytes);
      }
      return entries;
    },
    read: (channel, { after, limit, maxBytes = READ_BYTES }) => {
      const ring = rings.get(channel);
      if (!ring) return { epoch, entries: [], head: 0, earliest: 1 };
      const from = ring.start + Math.max(after + 1 - earliest(ring), 0);
      const entries: Entry[] = [];
      let bytes = 0;
      for (const kept of ring.kept.slice(from, from + clampLimit(limit, READ_LIMIT))) {
        bytes += kept.bytes;
        if (entries.length > 0 && bytes > maxBytes) break;
        entries.push({ offset: kept.offset, json: kept.json });
      }
      return { epoch, entries, head: ring.head, earliest: earliest(ring) };
    },
    head: (channel) => rings.get(channel)?.head ?? 0,
    channels: () =>
      [...rings].map(([channel, ring]) => ({
        channel,
        epoch,
        head: ring.head,
        earliest: earliest(ring),
        durability: 'memory',
        bytes: ring.bytes,
      })),
    trim: (channel, through) => {
      const ring = rings.get(channel);
      return ring ? drop(ring, ({ offset }) => offset <= through) : 0;
    },
    retain: (now) => {
      let forgotten = 0;
      for (const [channel, ring] of rings) forgotten += retainRing(channel, ring, now);
      return forgotten;
    },
  };
}
