/** A child process that answers one line to each line, kept as long as the engine. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type LineChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  /** A line that is not answered ends the child. Milliseconds, default 5,000. */
  readonly timeoutMs?: number;
};

/** `unavailable`: there is no such program here. `lost`: it died or hung on this line; a new one takes the next. */
export type LineAnswer =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'lost' };

type Waiting = { readonly line: string; readonly resolve: (answer: LineAnswer) => void };

export class LineChild {
  readonly #options: LineChildOptions;
  readonly #queue: Waiting[] = [];
  #child: ChildProcessWithoutNullStreams | null = null;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #unavailable = false;

  constructor(options: LineChildOptions) {
    this.#options = options;
  }

  ask(line: string): Promise<LineAnswer> {
    return new Promise((resolve) => {
      this.#queue.push({ line, resolve });
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#settle({ kind: 'lost' });
  }

  #next(): void {
    if (this.#current !== null) return;
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    this.#current = waiting;
    if (this.#unavailable || this.#closed) {
      this.#settle({ kind: this.#unavailable ? 'unavailable' : 'lost' });
      return;
    }
    this.#child ??= this.#start();
    this.#timer = setTimeout(() => this.#fail(), this.#options.timeoutMs ?? 5_000);
    this.#child.stdin.write(`${waiting.line}\n`);
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.#options.command, [...this.#options.args], {
      // Nothing of our surroundings: no start-up files, no settings, no secrets.
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
      cwd: '/',
      stdio: 'pipe',
      // A group of its own, so that what it started ends with it.
      detached: true,
    });
    child.once('error', () => {
      this.#unavailable = child.pid === undefined;
      this.#fail();
    });
    child.once('exit', () => {
      if (this.#child === child) this.#fail();
    });
    child.stdin.on('error', () => undefined);
    child.stderr.resume();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (this.#child === child) this.#settle({ kind: 'line', line });
    });
    child.unref();
    return child;
  }

  #fail(): void {
    this.#stop();
    this.#settle({ kind: this.#unavailable ? 'unavailable' : 'lost' });
  }

  #stop(): void {
    const child = this.#child;
    this.#child = null;
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }

  #settle(answer: LineAnswer): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#current;
    this.#current = null;
    waiting?.resolve(answer);
    if (this.#queue.length > 0) this.#next();
  }
}
