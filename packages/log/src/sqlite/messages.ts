/** What the main thread and the writing thread say to each other. Each job gets one answer, in order. */
import type { AppendRefused, ChannelPolicy, Retention } from '../log.ts';
import type { PackedGroup, PackedResults } from './group.ts';

/** An `Append` as it crosses to the writer: events and records are JSON already, the time is stamped. */
export type WireAppend = {
  readonly at: number;
  readonly appends: readonly {
    readonly channel: string;
    readonly events: readonly string[];
    readonly expectHead?: number | undefined;
  }[];
  readonly records: readonly WireRecord[];
  readonly idempotency?: { readonly key: string; readonly fingerprint: string } | undefined;
};

export type WireRecord = {
  readonly collection: string;
  readonly id: string;
  /** JSON; null deletes. */
  readonly value: string | null;
  readonly parent: string | null;
  readonly at?: number | undefined;
  readonly ifVersion?: number | undefined;
};

/** First and last offset for each channel of the append, and the versions of its records. */
export type WireAppended = {
  readonly ok: true;
  readonly spans: readonly (readonly [first: number, last: number])[];
  readonly versions: readonly number[];
  readonly duplicate: boolean;
};
export type WireResult = WireAppended | AppendRefused;

export type Job =
  | { readonly kind: 'group'; readonly group: PackedGroup }
  | { readonly kind: 'trim'; readonly channel: string; readonly through: number }
  /** One slice of retention, over channels with an id greater than `after`. */
  | { readonly kind: 'retain'; readonly now: number; readonly after: number }
  | { readonly kind: 'close' };

export type Trimmed = { readonly channel: string; readonly earliest: number; readonly forgotten: number };

export type Answer =
  | { readonly kind: 'ready'; readonly epoch: string }
  | { readonly kind: 'group'; readonly results: PackedResults }
  /** `next` is where the next slice goes on, null after the last. */
  | { readonly kind: 'trimmed'; readonly trimmed: readonly Trimmed[]; readonly next: number | null }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'closed' };

export type AnswerTo<K extends Job['kind']> = Extract<
  Answer,
  { kind: { group: 'group'; trim: 'trimmed'; retain: 'trimmed'; close: 'closed' }[K] }
>;

/** What the writing thread is started with. */
export type WriterSettings = {
  readonly file: string;
  readonly policies: readonly ChannelPolicy[];
  readonly retention: Partial<Retention>;
  /** Upper limit of the database file in bytes; 0 for none. */
  readonly maxFileBytes: number;
};
