/**
 * What every engine is told, a line each on stdin, so that one in C can be told the same; it answers on stdout with one
 * line of JSON once it listens: its port, and what a subscriber has to present.
 */
import { createInterface } from 'node:readline';

export type Served = {
  readonly port: number;
  readonly credential?: string;
};

export type Commands = {
  /** `publish n`: n messages to the one channel that all subscribers read, in one tick. */
  readonly publish: (count: number) => void;
  /** `spread n`: one message to each of n channels, which have one subscriber each, in one tick. */
  readonly spread: (channels: number) => void;
  /** Whatever else this engine is asked; answered with a line. */
  readonly asked?: Readonly<Record<string, (words: readonly string[]) => unknown>>;
};

export function obey(served: Served, { publish, spread, asked = {} }: Commands): void {
  async function hear(line: string): Promise<void> {
    const [command = '', ...words] = line.split(' ');
    if (command === 'publish') publish(Number(words[0]));
    else if (command === 'spread') spread(Number(words[0]));
    else console.log(String(await asked[command]?.(words)));
  }
  createInterface({ input: process.stdin })
    .on('line', (line) => void hear(line))
    .on('close', () => process.exit());
  console.log(JSON.stringify(served));
}
