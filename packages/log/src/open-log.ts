/** A log in a folder: SQLite for `disk` channels and all records, rings in memory for `memory` channels. */
import { isChannelName } from '@greenlight/protocol/channel';
import { lockFolder, type FolderLock } from './lock.ts';
import type { Append, AppendResult, ChannelAppend, ChannelPolicy, Log, Retention } from './log.ts';
import { LogOpenError } from './log-open-error.ts';
import { createMemoryAppend } from './memory-appends.ts';
import { createMemoryChannels } from './memory-channels.ts';
import { compilePolicies, DEFAULT_POLICIES } from './policies.ts';
import { backupDatabase } from './sqlite/backup.ts';
import { openDiskChannels } from './sqlite/disk-channels.ts';
import type { WireAppend } from './sqlite/messages.ts';
import { databaseFile } from './sqlite/schema.ts';

export type OpenLogOptions = {
  /** The data folder; made if there is none. */
  readonly folder: string;
  /** The folder's lock, if the caller holds it already; stays the caller's. Default: taken here, released by `close`. */
  readonly lock?: FolderLock;
  /** Default `DEFAULT_POLICIES`. */
  readonly policies?: readonly ChannelPolicy[];
  /** What `disk` channels keep where their policy does not say. Default `DEFAULT_RETENTION`. */
  readonly retention?: Partial<Retention>;
  /** Time between two rounds of retention, ms; 0 for never. Default 60,000. */
  readonly retainEveryMs?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
  /** Above this the database grows no more and appends are `unavailable`, bytes. Default 0, no limit. */
  readonly maxFileBytes?: number;
  /** What may wait for the disk before appends are `unavailable`, bytes. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** What all `memory` channels keep together, bytes. Default 64 MiB. */
  readonly maxMemoryBytes?: number;
};

export type FolderLog = Log & {
  /** Writes all that was acknowledged so far to `file`, which is replaced in one step, while the log goes on. */
  backup(file: string): Promise<void>;
};

const MIB = 1024 * 1024;

/** Rejects with `LogOpenError` when the folder is in use or its database cannot be used. */
export async function openLog(options: OpenLogOptions): Promise<FolderLog> {
  const { policies = DEFAULT_POLICIES, retention = {}, clock = Date.now } = options;
  const { retainEveryMs = 60_000, maxFileBytes = 0 } = options;
  const { maxQueuedBytes = 64 * MIB, maxMemoryBytes = 64 * MIB } = options;
  const lock = options.lock ?? takeLock(options.folder);
  const release = (): void => {
    if (!options.lock) lock.release();
  };
  const file = databaseFile(lock.folder);
  const disk = await openDiskChannels({ file, policies, retention, maxFileBytes, maxQueuedBytes }).catch(
    (error: unknown) => {
      release();
      throw error;
    },
  );
  const compiled = compilePolicies(policies, retention);
  const memory = createMemoryChannels(compiled, maxMemoryBytes);
  const appendToMemory = createMemoryAppend(memory);
  const part = (channel: string): typeof disk | typeof memory =>
    compiled.durability(channel) === 'memory' ? memory : disk;

  const isInMemory = ({ channel }: ChannelAppend): boolean => compiled.durability(channel) === 'memory';

  let rounds = 0;
  const retain = async (): Promise<number> => {
    const now = clock();
    rounds++;
    try {
      return memory.retain(now) + (await disk.retain(now));
    } finally {
      rounds--;
    }
  };
  const retainByItself = (): void => {
    // A round that fails (a full disk) is followed by another one; appends say what is wrong.
    if (rounds === 0) void retain().catch(() => 0);
  };
  const timer = retainEveryMs > 0 ? setInterval(retainByItself, retainEveryMs) : null;
  timer?.unref();

  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    if (timer) clearInterval(timer);
    await disk.close();
    release();
  };

  async function append(append: Append): Promise<AppendResult> {
    check(append);
    if (append.appends.some(isInMemory)) {
      if (!append.appends.every(isInMemory) || append.records?.length)
        return { ok: false, reason: 'mixed_durability' };
      return appendToMemory(append, clock());
    }
    const wire = toWire(append, clock());
    const result = await disk.append(wire);
    if (!result.ok) return result;
    const { versions, duplicate } = result;
    const results = wire.appends.map(({ channel, events }, at) => {
      const [first = 0, last = 0] = result.spans[at] ?? [];
      const entries = duplicate ? [] : events.map((json, index) => ({ offset: first + index, json }));
      return { channel, epoch: disk.epoch, first, last, durability: 'disk' as const, entries };
    });
    return { ok: true, results, versions, duplicate };
  }

  return {
    append,
    read: async (channel, options) => part(channel).read(channel, options),
    head: async (channel) => ({ epoch: part(channel).epoch, offset: part(channel).head(channel) }),
    heads: async (channels) =>
      new Map(
        channels.map((channel) => [
          channel,
          { epoch: part(channel).epoch, offset: part(channel).head(channel) },
        ]),
      ),
    channels: async () => [...disk.channels(), ...memory.channels()],
    trim: async (channel, through) => part(channel).trim(channel, through),
    retain,
    record: async (collection, id) => disk.record(collection, id),
    records: async (collection, page = {}) => disk.records(collection, page),
    count: async (collection, parent) => disk.count(collection, parent),
    durability: compiled.durability,
    backup: (target) => backupDatabase(file, target),
    close: () => (closing ??= close()),
  };
}

function takeLock(folder: string): FolderLock {
  const taken = lockFolder(folder);
  if (!taken.ok) throw new LogOpenError(taken.code, taken.detail);
  return taken.lock;
}

/** Wrong appends are bugs of the caller, not outcomes. */
function check({ appends, records = [] }: Append): void {
  for (const { channel, events } of appends) {
    if (!isChannelName(channel)) throw new TypeError(`${JSON.stringify(channel)} is not a channel name.`);
    if (events.length === 0) throw new TypeError(`The append to ${channel} has no events.`);
  }
  for (const { collection, id, at, value } of records) {
    if (at !== undefined && !appends[at])
      throw new TypeError(`The record ${collection}/${id} names append ${at}, which is not there.`);
    if (value === undefined)
      throw new TypeError(`The record ${collection}/${id} has no value; null deletes.`);
  }
}

const toWire = ({ appends, records = [], idempotency }: Append, at: number): WireAppend => ({
  at,
  appends: appends.map(({ channel, events, expectHead }) => ({
    channel,
    events: events.map((event) => JSON.stringify(event)),
    expectHead,
  })),
  records: records.map(({ collection, id, value, parent = null, at, ifVersion }) => ({
    collection,
    id,
    value: value === null ? null : JSON.stringify(value),
    parent,
    at,
    ifVersion,
  })),
  idempotency,
});
