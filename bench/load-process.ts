/** A load generator in a process of its own on the load's core; it starts its server itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pinned } from './machine/pinned.ts';

export class LoadProcess<Ready, Order, Outcome> implements Disposable {
  readonly ready: Ready;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.ready = ready;
  }

  /** `script` in `load/`. Everybody is connected when it resolves. */
  static async start<Ready, Order, Outcome>(
    script: string,
    options: object,
  ): Promise<LoadProcess<Ready, Order, Outcome>> {
    const file = join(import.meta.dirname, 'load', script);
    const [program = '', ...args] = pinned('load', [process.execPath, file, JSON.stringify(options)]);
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    return new LoadProcess(child, (await answerOf(child)) as Ready);
  }

  async run(order: Order & (object | number)): Promise<Outcome> {
    const answer = answerOf(this.#child);
    this.#child.send(order);
    return (await answer) as Outcome;
  }

  [Symbol.dispose](): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The load ended with ${String(code)}.`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown];
    return answer;
  } finally {
    over.abort();
    ended.catch(() => {});
  }
}
