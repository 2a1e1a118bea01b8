/** What a transport has to do: carry frames. Everything else (when, with whom, what then) is the machine's. */
import type { Decoded } from '@greenlight/protocol/decode';
import type { ServerFrame } from '@greenlight/protocol/frames';
import type { Since } from '@greenlight/protocol/position';
import type { Clock } from './clock.ts';
import type { Secret } from './credential.ts';

/** Best first. */
export const TRANSPORTS = ['websocket', 'sse', 'long-poll'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

export type OutgoingCommand = Readonly<Record<string, unknown>> & { readonly type: string };

export type Target = {
  /** The server's base address, http or https, with a trailing slash. */
  readonly base: string;
  readonly attempt: string;
  readonly secret: Secret;
  /** Asks for the credential again, for what needs a fresh one with each request. */
  readonly fetchSecret: () => Promise<Secret>;
  /** The channels that are about to be subscribed, for what names them in its address. */
  readonly wanted: () => ReadonlyMap<string, Since>;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Time for the first frame of a stream that is opened beside another, ms. */
  readonly openMs: number;
};

/** Called in this order: `opened` at most once, `frame` any number of times, `ended` at most once and last. */
export type Listener = {
  opened(): void;
  frame(frame: Decoded<ServerFrame>): void;
  /** `code` is a WebSocket close code; 1006 where there was none. */
  ended(code: number, reason: string): void;
};

export interface Connection {
  /** Only after `opened`. The answer is a frame that comes later. */
  send(command: OutgoingCommand & { readonly id: number }): void;
  /** Ends it; the listener hears nothing more. */
  close(): void;
}

export interface Transport {
  readonly name: TransportName;
  open(target: Target, listener: Listener): Connection;
}
