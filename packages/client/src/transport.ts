/** What a transport has to do: carry frames. Everything else (when, with whom, what then) is the machine's. */
import type { Secret } from './credential.ts';

export type TransportName = 'websocket' | 'sse' | 'long-poll';

export type Target = {
  /** The server's base address, http or https, with a trailing slash. */
  readonly base: string;
  readonly attempt: string;
  readonly secret: Secret;
};

/** Called in this order: `opened` at most once, `frame` any number of times, `ended` at most once and last. */
export type Listener = {
  opened(): void;
  /** One message's text. */
  frame(text: string): void;
  /** `code` is a WebSocket close code; 1006 where there was none. */
  ended(code: number, reason: string): void;
};

export interface Connection {
  /** Only after `opened`. */
  send(text: string): void;
  /** Ends it; the listener hears nothing more. */
  close(): void;
}

export interface Transport {
  readonly name: TransportName;
  open(target: Target, listener: Listener): Connection;
}
