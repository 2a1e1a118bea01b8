/**
 * What waits to be written to one connection: bounded in bytes, flushed once per tick with one write.
 * The kernel's write is what fan-out costs, so many small frames leave as one buffer, and sessions that wait for the
 * same frames share that buffer.
 */

import { atEndOfTick } from './end-of-tick.ts';

/** The part of a socket or an HTTP response that an outbox needs. */
export type ByteSink = {
  /** True: the kernel has everything that was ever written. `written` is called once it has all of this. */
  write(bytes: Buffer, written?: () => void): boolean;
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  readonly destroyed: boolean;
  on(event: 'drain', listener: () => void): unknown;
};

export type OutboxOptions = {
  /** Once more bytes than this wait, the next frame is an overflow: so many and one frame are the most that ever wait. */
  readonly maxBytes: number;
  /** With no more waiting bytes than this the peer keeps up: `whenLow` resolves. */
  readonly lowBytes: number;
  /** Called once, from within `push`. */
  readonly onOverflow: () => void;
};

/** Frames beyond this are handed to the socket before the tick ends, so that a burst is not taken for a slow consumer. */
const EAGER_BYTES = 65_536;

const dirty: Outbox[] = [];
/** The last buffers that were joined, and the result: in a fan-out all sessions flush the same frames. */
let joinedParts: readonly Buffer[] = [];
let joined = Buffer.alloc(0);

function join(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  if (parts.length !== joinedParts.length || !parts.every((part, at) => part === joinedParts[at])) {
    joined = Buffer.concat(parts);
    joinedParts = parts;
  }
  return joined;
}

function flushAll(): void {
  for (const outbox of dirty.splice(0)) outbox.flush();
  joinedParts = [];
  joined = Buffer.alloc(0);
}

export class Outbox {
  readonly #sink: ByteSink;
  readonly #options: OutboxOptions;
  readonly #eagerBytes: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #state: 'open' | 'overflown' | 'closed' = 'open';
  #scheduled = false;
  #watchers: (() => void)[] = [];
  /** What the kernel had not taken when we last looked, and whether it has taken any of it since `hasMoved` was asked. */
  #backlog = 0;
  #moved = false;

  constructor(sink: ByteSink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#eagerBytes = Math.min(EAGER_BYTES, options.maxBytes / 4);
    sink.on('drain', () => this.flush());
  }

  /** Bytes that the kernel has not taken yet. */
  get queuedBytes(): number {
    return this.#waitingBytes + this.#sink.writableLength;
  }

  /** Whether these could wait too without an overflow. */
  hasRoomFor(bytes: Buffer): boolean {
    return this.#backlog + this.#waitingBytes + bytes.length <= this.#options.maxBytes;
  }

  /** Leaves at the end of this tick. The buffer is shared: nobody may change it any more. */
  push(bytes: Buffer): void {
    if (this.#state !== 'open') return;
    if (this.#backlog + this.#waitingBytes > this.#options.maxBytes && this.#overflows()) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#scheduled) {
      this.#scheduled = true;
      if (dirty.push(this) === 1) atEndOfTick('empty', flushAll);
    }
    if (this.#waitingBytes > this.#eagerBytes) this.#writeUnlessHeldUp();
  }

  #overflows(): boolean {
    this.#writeUnlessHeldUp();
    this.#look();
    if (this.queuedBytes <= this.#options.maxBytes) return false;
    this.#state = 'overflown';
    this.#options.onOverflow();
    return true;
  }

  flush(): void {
    this.#scheduled = false;
    this.#writeUnlessHeldUp();
    if (this.#backlog > 0 || this.#watchers.length > 0) this.#look();
  }

  #writeUnlessHeldUp(): void {
    if (!this.#sink.writableNeedDrain) this.#writeAll();
  }

  #writeAll(): void {
    const parts = this.#waiting;
    if (parts.length === 0) return;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#sink.destroyed) return;
    const bytes = join(parts);
    if (this.#backlog > 0) this.#look();
    // A callback costs as much as the rest of the write: only where somebody may come to wait for it.
    const isWatched = this.#backlog + bytes.length > this.#options.lowBytes;
    const isGone = isWatched ? this.#sink.write(bytes, this.#look) : this.#sink.write(bytes);
    this.#backlog = isGone ? 0 : this.#sink.writableLength;
  }

  readonly #look = (): void => {
    const backlog = this.#sink.writableLength;
    if (backlog < this.#backlog) this.#moved = true;
    this.#backlog = backlog;
    if (this.#watchers.length === 0 || !this.#isLow) return;
    for (const resolve of this.#watchers.splice(0)) resolve();
  };

  get #isLow(): boolean {
    return this.#state === 'closed' || this.queuedBytes <= this.#options.lowBytes;
  }

  /** Resolves when few bytes are waiting, or nothing will ever be written again. */
  whenLow(): Promise<void> {
    return this.#isLow ? Promise.resolve() : new Promise((resolve) => this.#watchers.push(resolve));
  }

  /** Whether the peer has taken, since this was asked last, anything of what had to wait for it. */
  hasMoved(): boolean {
    this.#look();
    const moved = this.#moved;
    this.#moved = false;
    return moved;
  }

  /** Writes `last` after everything that waits (after an overflow: instead of it), and nothing ever after. */
  finish(last?: Buffer): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'overflown') this.#waiting = [];
    if (last) this.#waiting.push(last);
    this.#writeAll();
    this.close();
  }

  /** Nothing is written any more. */
  close(): void {
    this.#state = 'closed';
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#look();
  }
}
