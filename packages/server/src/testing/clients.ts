/** Clients for tests: they keep what arrives in a queue, so that nothing has to sleep. */
import { get, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { toBuffer } from '../transports/receive-text.ts';

/** What has arrived and was not looked at yet. `next` waits; it rejects when the stream ends instead. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  #waiting: { resolve: (item: Item) => void; reject: (error: Error) => void } | null = null;
  #ended: string | null = null;

  push(item: Item): void {
    if (!this.#waiting) return void this.#items.push(item);
    const { resolve } = this.#waiting;
    this.#waiting = null;
    resolve(item);
  }

  end(why: string): void {
    this.#ended = why;
    this.#waiting?.reject(new Error(why));
  }

  next(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    if (this.#ended !== null) return Promise.reject(new Error(this.#ended));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Takes items away until one matches. */
  async until(matches: (item: Item) => boolean): Promise<Item> {
    for (;;) {
      const item = await this.next();
      if (matches(item)) return item;
    }
  }

  /** Whatever is there, without waiting. */
  takeAll(): Item[] {
    return this.#items.splice(0);
  }
}

/** Where clients go, and what they present unless told otherwise. */
export type Target = { readonly host: string; readonly credential?: string };

const authorization = (credential: string | null | undefined): Record<string, string> =>
  credential ? { authorization: `Bearer ${credential}` } : {};

/** Any frame, as the tests look at it. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came and fails if it is not there
export type AnyFrame = Record<string, any>;

export class TestSocket extends Inbox<AnyFrame> implements Disposable {
  readonly websocket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Every text as it came, JSON or not. */
  readonly texts: string[] = [];

  /** `credential`: null for none. */
  constructor({ host, credential }: Target, path: string, as: string | null | undefined = credential) {
    super();
    const protocols = /^\/(?:ws(?:\?|$)|api)/.test(path) ? ['greenlight.v1'] : [];
    this.websocket = new WebSocket(`ws://${host}${path}`, protocols, { headers: authorization(as) });
    this.websocket.on('message', (data) => {
      const text = toBuffer(data).toString();
      this.texts.push(text);
      this.push(text.startsWith('{') ? (JSON.parse(text) as AnyFrame) : { text });
    });
    this.closed = new Promise((resolve) => {
      this.websocket.on('close', (code, reason) => {
        this.end(`closed ${code} ${String(reason)}`);
        resolve({ code, reason: String(reason) });
      });
    });
    this.websocket.on('error', () => {});
  }

  get opened(): Promise<void> {
    if (this.websocket.readyState === WebSocket.OPEN) return Promise.resolve();
    return new Promise((resolve) => this.websocket.once('open', () => resolve()));
  }

  async send(frame: unknown): Promise<void> {
    await this.opened;
    this.websocket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  async reply(frame: AnyFrame): Promise<AnyFrame> {
    await this.send(frame);
    return this.until(({ id }) => id === frame['id']);
  }

  subscribe(channels: Record<string, string | null>): Promise<AnyFrame> {
    return this.reply({ id: 7, type: 'subscribe', channels });
  }

  /** The next event, whatever stands before it. */
  event(): Promise<AnyFrame> {
    return this.until(({ type }) => type === 'event');
  }

  async events(count: number): Promise<AnyFrame[]> {
    const events: AnyFrame[] = [];
    while (events.length < count) events.push(await this.event());
    return events;
  }

  [Symbol.dispose](): void {
    this.websocket.terminate();
  }
}

export type SseMessage = {
  readonly id?: string;
  readonly data?: AnyFrame;
  readonly comment?: string;
  readonly retry?: string;
};

/** Reads the stream by hand, field by field (WHATWG HTML section 9.2.6). */
export class SseClient extends Inbox<SseMessage> implements Disposable {
  readonly #incoming: IncomingMessage;
  /** As an EventSource keeps it. */
  lastEventId = '';

  private constructor(incoming: IncomingMessage) {
    super();
    this.#incoming = incoming;
    let rest = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#dispatch(block);
    });
    incoming.on('close', () => this.end('the stream ended'));
    incoming.on('error', () => {});
  }

  static open(
    { host, credential }: Target,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<SseClient> {
    const all = { ...authorization(credential), ...headers };
    return new Promise((resolve, reject) => {
      get(`http://${host}${path}`, { headers: all, agent: false }, (incoming) =>
        resolve(new SseClient(incoming)),
      ).on('error', reject);
    });
  }

  get headers(): IncomingMessage['headers'] {
    return this.#incoming.headers;
  }

  /** Stops reading, so that the server's bytes pile up. */
  pause(): void {
    this.#incoming.pause();
  }

  resume(): void {
    this.#incoming.resume();
  }

  #dispatch(block: string): void {
    const message: Record<string, unknown> = {};
    for (const line of block.split('\n')) {
      const at = line.indexOf(':');
      const name = at === 0 ? 'comment' : line.slice(0, at);
      const value = line.slice(at + 1).replace(/^ /, '');
      message[name] = name === 'data' ? JSON.parse(value) : value;
    }
    if (typeof message['id'] === 'string') this.lastEventId = message['id'];
    this.push(message);
  }

  async event(): Promise<AnyFrame> {
    const { data } = await this.until(({ data }) => data?.['type'] === 'event');
    return data as AnyFrame;
  }

  async events(count: number): Promise<AnyFrame[]> {
    const events: AnyFrame[] = [];
    while (events.length < count) events.push(await this.event());
    return events;
  }

  [Symbol.dispose](): void {
    this.#incoming.destroy();
  }
}

export type PollAnswer = {
  readonly position: string;
  readonly events: AnyFrame[];
  readonly outcomes: Record<string, AnyFrame>;
};

export async function poll(
  { host, credential }: Target,
  query: string,
  signal?: AbortSignal,
): Promise<PollAnswer> {
  const response = await fetch(`http://${host}/api/v1/poll?${query}`, {
    headers: authorization(credential),
    ...(signal && { signal }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as PollAnswer;
}
