/**
 * One channel of one session: where delivery begins, and the one delivery rule. Pure: it does no I/O and knows no
 * session. PROTOCOL.md section P.
 */
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import { formatPosition, type Since } from '@greenlight/protocol/position';

/** How a channel stands in the log. */
export type ChannelExtent = {
  readonly epoch: string;
  /** Offset of the newest event; 0 if there never was one. */
  readonly head: number;
  /** Offset of the oldest retained event; head + 1 if none is. */
  readonly earliest: number;
};

export type Recovered = Extract<SubscribeOutcome, { outcome: 'continued' | 'replayed' | 'reset' }>;

/** What becomes of a client that says it has everything up to `since`. Delivery starts at offset `next`. */
export function recoverFrom(
  since: Since,
  { epoch, head, earliest }: ChannelExtent,
): { readonly recovered: Recovered; readonly next: number } {
  const from = (next: number) => ({ next, position: formatPosition({ epoch, offset: next - 1 }) });
  const reset = (reason: Extract<Recovered, { outcome: 'reset' }>['reason']) => {
    const { next, position } = from(earliest);
    return { recovered: { outcome: 'reset', position, reason } as const, next };
  };
  const replayed = (start: number) => {
    const { next, position } = from(start);
    return { recovered: { outcome: 'replayed', position, count: head - start + 1 } as const, next };
  };
  const continued = () => {
    const { next, position } = from(head + 1);
    return { recovered: { outcome: 'continued', position } as const, next };
  };
  if (since === null) return continued();
  if (since === 'earliest') return replayed(earliest);
  if (since.epoch !== epoch) return reset('epoch_changed');
  if (since.offset > head) return reset('ahead_of_log');
  if (since.offset === head) return continued();
  return since.offset + 1 < earliest ? reset('trimmed') : replayed(since.offset + 1);
}

/**
 * `deliver`: it is the next one. `wait`: nothing to do now; it was had before, or a read that is due will find it.
 * `read`: there may be a gap; read the log from `next`.
 */
export type Offered = 'deliver' | 'wait' | 'read';

type Page = ChannelExtent & { readonly publications: readonly { readonly offset: number }[] };

/**
 * opening → catching-up → live, and back to catching-up whenever something may be missing.
 * While it is not live, offers are only remembered: the log has them.
 */
export class Subscription {
  readonly channel: string;
  #phase: 'opening' | 'catching-up' | 'live' = 'opening';
  #epoch = '';
  #next = 0;
  /** The highest offset that was offered while not live and that no read has answered for yet. */
  #heardOf = 0;

  constructor(channel: string) {
    this.channel = channel;
  }

  get phase(): 'opening' | 'catching-up' | 'live' {
    return this.#phase;
  }

  /** Offset of the next publication to deliver. */
  get next(): number {
    return this.#next;
  }

  /** Of the last publication that was delivered. */
  get position(): string {
    return formatPosition({ epoch: this.#epoch, offset: this.#next - 1 });
  }

  /** `head` is what the log said when `next` was decided. */
  open(epoch: string, next: number, head: number): void {
    this.#epoch = epoch;
    this.#goOn(next, head);
  }

  #goOn(next: number, head: number): void {
    this.#next = next;
    this.#phase = next <= head || next <= this.#heardOf ? 'catching-up' : 'live';
  }

  /** The one delivery rule: the next offset is delivered, a lower one was had, a higher one means reading the log. */
  offer(epoch: string, offset: number): Offered {
    if (this.#phase === 'live' && epoch === this.#epoch) {
      if (offset < this.#next) return 'wait';
      if (offset === this.#next) {
        this.#next += 1;
        return 'deliver';
      }
    }
    this.#heardOf = Math.max(this.#heardOf, offset);
    if (this.#phase !== 'live') return 'wait';
    this.#phase = 'catching-up';
    return 'read';
  }

  /** The same rule for a whole run. True: all of it is delivered. False: nothing has changed; offer them one by one. */
  takes(epoch: string, first: number, last: number): boolean {
    if (this.#phase !== 'live' || epoch !== this.#epoch || first !== this.#next) return false;
    this.#next = last + 1;
    return true;
  }

  /** Compares with the log's head, just read: true if something has to be read. */
  isBehind(epoch: string, head: number): boolean {
    if (this.#phase === 'live' && (epoch !== this.#epoch || head >= this.#next)) this.#phase = 'catching-up';
    return this.#phase === 'catching-up';
  }

  /** A read from `next` starts now: it will answer for everything heard of so far. */
  reading(): void {
    this.#heardOf = 0;
  }

  /**
   * The index of the first publication to deliver from a page that was read.
   * `lost`: the log no longer holds what comes next; the client must subscribe anew.
   */
  startOf({ epoch, earliest, publications }: Page): number | 'lost' {
    if (epoch !== this.#epoch || earliest > this.#next) return 'lost';
    const from = publications.findIndex(({ offset }) => offset >= this.#next);
    return from < 0 ? publications.length : from;
  }

  /** All of the page is delivered. */
  read({ head, publications }: Page): void {
    this.#goOn(Math.max(this.#next, (publications.at(-1)?.offset ?? 0) + 1), head);
  }
}
