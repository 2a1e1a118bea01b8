/** The log as everything above it knows it: what it has committed is at once offered to this node's subscribers and rung in at the other nodes. */
import type { Bus } from '@greenlight/bus/bus';
import type { Log } from '@greenlight/log/log';
import type { Hub } from './hub.ts';

export function announcingLog(log: Log, hub: Hub, bus: Bus): Log {
  return {
    async append(append) {
      const appended = await log.append(append);
      if (!appended.ok || appended.duplicate) return appended;
      for (const { channel, epoch, entries } of appended.results) {
        const announcement = { channel, epoch, entries };
        hub.broadcast(announcement);
        void bus.announce(announcement);
      }
      return appended;
    },
    read: (channel, options) => log.read(channel, options),
    head: (channel) => log.head(channel),
    heads: (channels) => log.heads(channels),
    channels: () => log.channels(),
    trim: (channel, through) => log.trim(channel, through),
    retain: () => log.retain(),
    record: (collection, id) => log.record(collection, id),
    records: (collection, page) => log.records(collection, page),
    count: (collection, parent) => log.count(collection, parent),
    durability: (channel) => log.durability(channel),
    close: () => log.close(),
  };
}
