/** Server-Sent Events, block by block (WHATWG HTML section 9.2.6). */
import type { IncomingMessage } from 'node:http';
import { type Answer, begin, type Json, parse } from './ask.ts';
import { Inbox } from './inbox.ts';

export type Block = {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly comment?: string;
  readonly data?: Json;
};

export class EventStream extends Inbox<Block> {
  readonly #incoming: IncomingMessage;

  private constructor(incoming: IncomingMessage) {
    super();
    this.#incoming = incoming;
    let rest = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.push(readBlock(block));
    });
    incoming.on('close', () => this.end('the stream ended'));
    incoming.on('error', () => {});
  }

  static async open(url: URL, path: string, headers: Readonly<Record<string, string>>): Promise<EventStream> {
    return new EventStream(await begin(url, path, { headers }));
  }

  get answer(): Pick<Answer, 'status' | 'headers'> {
    return { status: this.#incoming.statusCode ?? 0, headers: this.#incoming.headers };
  }

  async events(count: number): Promise<Block[]> {
    const blocks: Block[] = [];
    while (blocks.length < count)
      blocks.push(await this.until(({ data }) => data?.type === 'event', 'event on the stream'));
    return blocks;
  }

  destroy(): void {
    this.#incoming.destroy();
  }
}

function readBlock(block: string): Block {
  const fields: Record<string, Json> = {};
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    const name = at === 0 ? 'comment' : line.slice(0, at);
    const value = line.slice(at + 1).replace(/^ /, '');
    fields[name] = name === 'data' ? parse(value) : value;
  }
  return fields;
}
