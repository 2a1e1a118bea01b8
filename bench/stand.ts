/** One server with its subscribers, ready to be measured as often as one likes. */
import type { AudienceOptions, Order, Outcome, Ready } from './load/audience.ts';
import { LoadProcess } from './load-process.ts';

export class Stand implements Disposable {
  readonly options: AudienceOptions;
  readonly #load: LoadProcess<Ready, Order, Outcome>;

  private constructor(options: AudienceOptions, load: LoadProcess<Ready, Order, Outcome>) {
    this.options = options;
    this.#load = load;
  }

  static async open(options: AudienceOptions): Promise<Stand> {
    return new Stand(options, await LoadProcess.start('audience.ts', options));
  }

  /** Of the server, before anybody came. */
  get emptyBytes(): number {
    return this.#load.ready.emptyBytes;
  }

  run(order: Order): Promise<Outcome> {
    return this.#load.run(order);
  }

  [Symbol.dispose](): void {
    this.#load[Symbol.dispose]();
  }
}
