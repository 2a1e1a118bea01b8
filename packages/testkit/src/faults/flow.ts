/** One way of a connection: what comes in at one socket goes out at the other, unless a fault has a say in it. */
import type { Socket } from 'node:net';

export type Filter = {
  /** What leaves for what came; may be empty. */
  pass(bytes: Buffer): Buffer;
  /** What it has kept back. Asked for when the flow ends or heals, after which the filter is gone. */
  rest?(): Buffer;
};

type Waiting = { bytes: Buffer; readonly due: number };

/** More than this is not read ahead: a real wire holds little as well. */
const READ_AHEAD = 65_536;
/** What a throttled flow sends at once. */
const SLICE = 512;

export class Flow {
  readonly #source: Socket;
  readonly #sink: Socket;
  #filters: Filter[] = [];
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #held = false;
  #delayMs = 0;
  #bytesPerSecond = Infinity;
  /** When the throttle lets the next slice pass. */
  #freeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: 'open' | 'ending' | 'stopped' = 'open';

  constructor(source: Socket, sink: Socket) {
    this.#source = source;
    this.#sink = sink;
    source.on('data', (bytes: Buffer) => this.#take(bytes));
    source.on('end', () => this.#end());
    sink.on('drain', () => this.#pump());
  }

  add(filter: Filter): void {
    this.#filters.push(filter);
  }

  hold(): void {
    this.#held = true;
    this.#source.pause();
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  heal(): void {
    this.#held = false;
    this.#delayMs = 0;
    this.#bytesPerSecond = Infinity;
    this.#freeAt = 0;
    this.#letRestGo();
    this.#pump();
  }

  /** Nothing passes any more, and what comes vanishes. */
  stop(): void {
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    this.#queue = [];
    this.#source.resume();
  }

  #take(bytes: Buffer): void {
    if (this.#state === 'stopped') return;
    let passed = bytes;
    for (const filter of this.#filters) passed = filter.pass(passed);
    this.#enqueue(passed);
  }

  #enqueue(bytes: Buffer): void {
    if (this.#state === 'stopped' || bytes.length === 0) return;
    this.#queue.push({ bytes, due: performance.now() + this.#delayMs });
    this.#queuedBytes += bytes.length;
    this.#pump();
  }

  #letRestGo(): void {
    const [keeping, others] = [this.#filters.filter(keeps), this.#filters.filter((filter) => !keeps(filter))];
    this.#filters = others;
    for (const filter of keeping) this.#enqueue(filter.rest?.() ?? Buffer.alloc(0));
  }

  #end(): void {
    if (this.#state !== 'open') return;
    this.#letRestGo();
    this.#state = 'ending';
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'stopped' || this.#held) return;
    for (let next = this.#queue[0]; next && !this.#sink.writableNeedDrain; next = this.#queue[0]) {
      const wait = Math.max(next.due, this.#freeAt) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
        break;
      }
      this.#send(next);
    }
    if (this.#queue.length === 0 && this.#state === 'ending') this.#sink.end();
    if (this.#queuedBytes > READ_AHEAD) this.#source.pause();
    else this.#source.resume();
  }

  #send(next: Waiting): void {
    const isThrottled = this.#bytesPerSecond !== Infinity;
    const slice = isThrottled ? next.bytes.subarray(0, SLICE) : next.bytes;
    next.bytes = next.bytes.subarray(slice.length);
    if (next.bytes.length === 0) this.#queue.shift();
    if (isThrottled) this.#freeAt = performance.now() + (slice.length / this.#bytesPerSecond) * 1_000;
    this.#queuedBytes -= slice.length;
    this.#sink.write(slice);
  }
}

const keeps = (filter: Filter): boolean => filter.rest !== undefined;
