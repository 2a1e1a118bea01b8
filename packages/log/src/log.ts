/**
 * The log contract. Each channel is an append-only sequence of events with `(epoch, offset)`.
 * The log is the truth: a state change (records) and its events are one append in one transaction.
 * Implementations MUST pass `contract.ts`.
 */
import type { Durability, Event } from '@greenlight/protocol/event';
import type { Position } from '@greenlight/protocol/position';

/** One event of a channel, its JSON as it is stored and sent. */
export type Entry = { readonly offset: number; readonly json: string };

export type ChannelAppend = {
  readonly channel: string;
  /** At least one; they get consecutive offsets in this order. */
  readonly events: readonly Event[];
  /** Append only if this is still the offset of the channel's last event (0 if there never was one). */
  readonly expectHead?: number;
};

/** A piece of state that changes together with its events. */
export type RecordWrite = {
  readonly collection: string;
  readonly id: string;
  /** JSON-serialisable; null deletes. */
  readonly value: unknown;
  /** Groups records for `list`, such as a run's id. */
  readonly parent?: string;
  /**
   * Which of the appends' events wrote it: its index in `appends` and, by default, that append's last event.
   * The record's `version` becomes that event's offset. Absent: the version is the old one plus 1.
   */
  readonly at?: number;
  /** Write only if this is still the record's version; 0 means "only if there is none". */
  readonly ifVersion?: number;
};

export type StoredRecord = {
  readonly id: string;
  readonly value: unknown;
  readonly version: number;
  readonly parent: string | null;
};

/** All or nothing: every event and every record, or none of them and the reason. */
export type Append = {
  readonly appends: readonly ChannelAppend[];
  readonly records?: readonly RecordWrite[];
  /**
   * A repeat of `key` within 24 hours changes nothing and gets the first answer;
   * with another `fingerprint` it is refused. Committed with the events.
   */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
};

export type Appended = {
  readonly ok: true;
  /** For each of `appends`: the position of its last event, and how safely it is kept. */
  readonly results: readonly {
    channel: string;
    epoch: string;
    first: number;
    last: number;
    durability: Durability;
    /** What was written: each event as the log keeps it. Empty in the answer to a repeat, which writes nothing. */
    entries: readonly Entry[];
  }[];
  /** The version of each of `records`, in order. */
  readonly versions: readonly number[];
  /** True when this was a repeat and nothing was written now. */
  readonly duplicate: boolean;
};

export type AppendRefused =
  | { readonly ok: false; readonly reason: 'head_moved'; readonly channel: string; readonly head: number }
  | {
      readonly ok: false;
      readonly reason: 'version_moved';
      readonly collection: string;
      readonly id: string;
      readonly version: number;
    }
  | { readonly ok: false; readonly reason: 'idempotency_key_reused'; readonly key: string }
  /** `memory` channels beside `disk` channels or records, which are on disk. */
  | { readonly ok: false; readonly reason: 'mixed_durability' }
  /** The disk is full or failing; nothing was written. */
  | { readonly ok: false; readonly reason: 'unavailable'; readonly detail: string };

export type AppendResult = Appended | AppendRefused;

export type ReadPage = {
  readonly epoch: string;
  /** In order, at most `limit`, first offset > `after`. */
  readonly entries: readonly Entry[];
  /** Offset of the newest event at the time of reading, 0 if there never was one. */
  readonly head: number;
  /** Offset of the oldest event that is still kept; head + 1 if none is. */
  readonly earliest: number;
};

export type ReadOptions = {
  /** Events with a larger offset; 0 for all retained. */
  readonly after: number;
  /** Default 500, at most 5,000. */
  readonly limit?: number;
  /** Stop after about this many bytes of JSON, but give at least one entry. Default 1 MiB. */
  readonly maxBytes?: number;
};

export type ChannelInfo = {
  readonly channel: string;
  readonly epoch: string;
  readonly head: number;
  readonly earliest: number;
  readonly durability: Durability;
  readonly bytes: number;
};

export type Page = {
  /** Only records with this parent. */
  readonly parent?: string;
  /** Only records that come after this id in the order asked for; for the next page pass the last id. */
  readonly after?: string;
  /** Descending ids when true, so newest first where ids begin with the time. Default false. */
  readonly descending?: boolean;
  /** Default 100, at most 1,000. */
  readonly limit?: number;
};

export interface Log {
  /**
   * Appends take effect in the order of the calls. Rejects only for what a bug asks for: a wrong channel name, no
   * events, a record without a value or with an `at` that is not there.
   */
  append(append: Append): Promise<AppendResult>;
  read(channel: string, options: ReadOptions): Promise<ReadPage>;
  /** The position of the newest event; offset 0 for a channel that has none yet. Never fails for a valid name. */
  head(channel: string): Promise<Position>;
  heads(channels: readonly string[]): Promise<ReadonlyMap<string, Position>>;
  channels(): Promise<readonly ChannelInfo[]>;
  /** Forget events with offset ≤ `through`. Offsets are never used again. Gives how many went. */
  trim(channel: string, through: number): Promise<number>;
  /** Applies retention to all channels now (it also runs by itself). Gives how many events went. */
  retain(): Promise<number>;
  record(collection: string, id: string): Promise<StoredRecord | null>;
  records(collection: string, page?: Page): Promise<readonly StoredRecord[]>;
  /** How many records the collection holds, under `parent` if given. */
  count(collection: string, parent?: string): Promise<number>;
  durability(channel: string): Durability;
  /** Finishes what is under way, then releases files and locks. */
  close(): Promise<void>;
}

/** What a channel keeps. The first limit reached wins. */
export type Retention = {
  /** Events. Default 100,000. */
  readonly maxEvents: number;
  /** Bytes of event JSON. Default 256 MiB. */
  readonly maxBytes: number;
  /** Milliseconds. Default 30 days. */
  readonly maxAgeMs: number;
};

export type ChannelPolicy = {
  /** As in `channelMatches`. The first policy that covers a channel counts. */
  readonly pattern: string;
  readonly durability: Durability;
  readonly retention?: Partial<Retention>;
};
