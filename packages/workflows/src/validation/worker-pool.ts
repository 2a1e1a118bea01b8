/** A few worker threads, each with one job at a time; a worker that dies or hangs costs only its job. */
import { Worker } from 'node:worker_threads';
import type { CheckSettings } from './check-document.ts';
import type { Job, JobAnswer } from './jobs.ts';
import type { FromWorker } from './worker.ts';

export type JobFailure = { readonly kind: 'crashed'; readonly reason: string } | { readonly kind: 'timeout' };
export type JobOutcome = JobAnswer | JobFailure;

export type WorkerPoolOptions = {
  readonly size: number;
  readonly settings: CheckSettings;
  /** A job that takes longer ends its worker; that the worker loads first does not count. Milliseconds. */
  readonly timeoutMs: number;
  /** Heap of one worker. MiB. */
  readonly memoryMb: number;
};

type Waiting = { readonly job: Job; readonly resolve: (outcome: JobOutcome) => void };
type Seat = {
  readonly worker: Worker;
  loaded: boolean;
  waiting: Waiting | null;
  timer: NodeJS.Timeout | null;
};

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #seats = new Set<Seat>();
  readonly #queue: Waiting[] = [];
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.size;
  }

  run(job: Job): Promise<JobOutcome> {
    return new Promise((resolve) => {
      if (this.#closed) {
        resolve(CLOSED);
        return;
      }
      this.#queue.push({ job, resolve });
      this.#assign();
    });
  }

  /** Ends all workers at once, whatever they are doing. */
  async close(): Promise<void> {
    this.#closed = true;
    const waiting = this.#queue.splice(0);
    const workers = [...this.#seats].map((seat) => this.#leave(seat, CLOSED));
    for (const { resolve } of waiting) resolve(CLOSED);
    await Promise.all(workers);
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const idle = [...this.#seats].find(({ waiting }) => waiting === null);
      if (idle === undefined && this.#seats.size >= this.#options.size) return;
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      const seat = idle ?? this.#seat();
      seat.waiting = waiting;
      if (seat.loaded) this.#limitTime(seat);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      seat.worker.postMessage(waiting.job);
    }
  }

  #limitTime(seat: Seat): void {
    seat.timer = setTimeout(() => void this.#leave(seat, { kind: 'timeout' }), this.#options.timeoutMs);
  }

  #seat(): Seat {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: this.#options.settings,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.memoryMb, maxYoungGenerationSizeMb: 128 },
    });
    const seat: Seat = { worker, loaded: false, waiting: null, timer: null };
    this.#seats.add(seat);
    worker.on('message', (message: FromWorker) => {
      if (message === 'loaded') {
        seat.loaded = true;
        if (seat.waiting !== null) this.#limitTime(seat);
        return;
      }
      this.#settle(seat, message);
      this.#assign();
    });
    worker.on('error', (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      void this.#leave(seat, { kind: 'crashed', reason });
    });
    worker.on('exit', (code) => void this.#leave(seat, { kind: 'crashed', reason: `exit code ${code}` }));
    return seat;
  }

  #settle(seat: Seat, outcome: JobOutcome): void {
    if (seat.timer !== null) clearTimeout(seat.timer);
    const { waiting } = seat;
    seat.timer = null;
    seat.waiting = null;
    waiting?.resolve(outcome);
  }

  async #leave(seat: Seat, failure: JobFailure): Promise<void> {
    if (!this.#seats.delete(seat)) return;
    this.#settle(seat, failure);
    const ended = seat.worker.terminate();
    if (!this.#closed) this.#assign();
    await ended;
  }
}

const CLOSED: JobFailure = { kind: 'crashed', reason: 'the engine was closed' };
