/** The `disk` part of a log: queues appends into groups for the writing thread, and reads beside it. */
import type { AppendRefused, ChannelInfo, Page, ReadOptions, ReadPage, StoredRecord } from '../log.ts';
import { packGroup, unpackResults } from './group.ts';
import type { AnswerTo, Trimmed, WireAppend, WireAppended, WireResult, WriterSettings } from './messages.ts';
import { openReader, type ChannelState } from './reader.ts';
import { startWriter } from './writer.ts';

/** One group never holds more than this, so that no append waits for a very long transaction. */
const GROUP_APPENDS = 1_000;
const GROUP_BYTES = 8 * 1024 * 1024;
/** Channels whose head is remembered; a forgotten one is read from the database again. */
const REMEMBERED_HEADS = 50_000;

export type DiskChannels = {
  readonly epoch: string;
  readonly append: (append: WireAppend) => Promise<WireResult>;
  readonly read: (channel: string, options: ReadOptions) => ReadPage;
  readonly head: (channel: string) => number;
  readonly channels: () => readonly ChannelInfo[];
  readonly trim: (channel: string, through: number) => Promise<number>;
  readonly retain: (now: number) => Promise<number>;
  readonly record: (collection: string, id: string) => StoredRecord | null;
  readonly records: (collection: string, page: Page) => readonly StoredRecord[];
  readonly count: (collection: string, parent?: string) => number;
  readonly close: () => Promise<void>;
};

export type DiskOptions = WriterSettings & {
  /** Bytes of events and records that may wait for the disk before appends are refused as `unavailable`. */
  readonly maxQueuedBytes: number;
};

type Queued = {
  readonly append: WireAppend;
  readonly bytes: number;
  readonly settle: (result: WireResult) => void;
};

export async function openDiskChannels({ maxQueuedBytes, ...settings }: DiskOptions): Promise<DiskChannels> {
  const writer = await startWriter(settings);
  const reader = openReader(settings.file);
  const { epoch } = writer;
  const states = new Map<string, ChannelState>();
  let queue: Queued[] = [];
  let queuedBytes = 0;
  let groupsUnderWay = 0;
  let closed = false;

  /** Heads and earliest offsets only grow, so whichever answer comes later cannot take one back. */
  function learn(channel: string, { head, earliest }: ChannelState): ChannelState {
    const known = states.get(channel);
    const state = {
      head: Math.max(head, known?.head ?? 0),
      earliest: Math.max(earliest, known?.earliest ?? 1),
    };
    if (!known && states.size >= REMEMBERED_HEADS) states.delete(states.keys().next().value as string);
    states.set(channel, state);
    return state;
  }

  function stateOf(channel: string): ChannelState {
    const known = states.get(channel);
    if (known) return known;
    const found = reader.state(channel);
    // A channel that does not exist is not remembered: anybody may ask for any name.
    return found ? learn(channel, found) : { head: 0, earliest: 1 };
  }

  function learnAppended({ appends }: WireAppend, { spans }: WireAppended): void {
    for (const [at, { channel }] of appends.entries())
      if (states.has(channel)) learn(channel, { head: spans[at]?.[1] ?? 0, earliest: 1 });
  }

  function nextGroup(): Queued[] {
    let bytes = 0;
    const end = queue.findIndex((queued, at) => {
      bytes += queued.bytes;
      return at > 0 && (at >= GROUP_APPENDS || bytes > GROUP_BYTES);
    });
    const group = end < 0 ? queue : queue.slice(0, end);
    queue = end < 0 ? [] : queue.slice(end);
    return group;
  }

  async function writeGroup(): Promise<void> {
    const group = nextGroup();
    groupsUnderWay++;
    const appends = group.map(({ append }) => append);
    const results = await writer
      .ask({ kind: 'group', group: packGroup(appends) })
      .then((answer) => unpackResults(answer.results, appends))
      .catch((error: unknown) => group.map(() => unavailable((error as Error).message)));
    groupsUnderWay--;
    // The next group goes first, so that the disk works while the answers are handed out.
    writeGroups();
    for (const [at, { append, bytes, settle }] of group.entries()) {
      const result = results[at] as WireResult;
      if (result.ok) learnAppended(append, result);
      queuedBytes -= bytes;
      settle(result);
    }
  }

  /**
   * While a group is under way, what arrives becomes the next one; only when that is full need it not wait, and is
   * handed over while the other is written.
   */
  function writeGroups(): void {
    while (groupsUnderWay === 0 ? queue.length > 0 : groupsUnderWay === 1 && queue.length >= GROUP_APPENDS)
      void writeGroup();
  }

  function learnTrimmed(trimmed: readonly Trimmed[]): number {
    for (const { channel, earliest } of trimmed)
      if (states.has(channel)) learn(channel, { head: 0, earliest });
    return trimmed.reduce((sum, { forgotten }) => sum + forgotten, 0);
  }

  return {
    epoch,
    append: (append) => {
      if (closed) return Promise.resolve(unavailable('The log is closed.'));
      const bytes = bytesOf(append);
      if (queuedBytes > 0 && queuedBytes + bytes > maxQueuedBytes)
        return Promise.resolve(unavailable('More is written than the disk takes; try again in a moment.'));
      queuedBytes += bytes;
      return new Promise((settle) => {
        queue.push({ append, bytes, settle });
        // Everything that is appended in this turn of the event loop joins the first group.
        if (queue.length === 1) queueMicrotask(writeGroups);
        else if (queue.length === GROUP_APPENDS) writeGroups();
      });
    },
    read: (channel, options) => {
      const state = stateOf(channel);
      if (options.after >= state.head) return { epoch, ...state, entries: [] };
      const { entries, ...now } = reader.read(channel, options);
      return { epoch, ...learn(channel, now), entries };
    },
    head: (channel) => stateOf(channel).head,
    channels: () => reader.channels().map((row) => ({ ...row, epoch, durability: 'disk' })),
    trim: async (channel, through) => {
      let forgotten = 0;
      for (let more = true; more;) {
        const { trimmed, next } = await writer.ask({ kind: 'trim', channel, through });
        forgotten += learnTrimmed(trimmed);
        more = next !== null;
      }
      return forgotten;
    },
    retain: async (now) => {
      let forgotten = 0;
      for (let after: number | null = 0; after !== null;) {
        const slice: AnswerTo<'retain'> = await writer.ask<'retain'>({ kind: 'retain', now, after });
        forgotten += learnTrimmed(slice.trimmed);
        after = slice.next;
      }
      return forgotten;
    },
    record: reader.record,
    records: reader.records,
    count: reader.count,
    close: async () => {
      closed = true;
      while (queue.length > 0) void writeGroup();
      // First the reader: who closes last folds the write-ahead log into the database, and only the writer can.
      reader.close();
      // Answers come in order, so this one comes after those of all groups.
      await writer.ask({ kind: 'close' });
    },
  };
}

const unavailable = (detail: string): AppendRefused => ({ ok: false, reason: 'unavailable', detail });

/** About what the append takes in memory while it waits. */
function bytesOf({ appends, records }: WireAppend): number {
  let bytes = 100;
  for (const { events } of appends) for (const json of events) bytes += json.length;
  for (const { value } of records) bytes += value?.length ?? 0;
  return bytes;
}
