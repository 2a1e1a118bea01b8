/** A publication with its bytes: encoded at most once for each encoding, and shared by all sessions that want it. */
import type { Entry } from '@greenlight/log/log';
import { encodeEventFrame } from '@greenlight/protocol/encode';
import { textFrame } from './framing.ts';

export class FramedPublication {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  readonly #eventJson: string;
  #text: string | undefined;
  #webSocket: Buffer | undefined;
  #sseData: Buffer | undefined;
  #sse: Buffer | undefined;

  constructor(channel: string, epoch: string, entry: Entry) {
    this.channel = channel;
    this.epoch = epoch;
    this.offset = entry.offset;
    this.#eventJson = entry.json;
  }

  /** The event frame as JSON. */
  get text(): string {
    return (this.#text ??= encodeEventFrame(this.channel, this.epoch, this.offset, this.#eventJson));
  }

  /** The event frame as a WebSocket text message. */
  get webSocket(): Buffer {
    return (this.#webSocket ??= textFrame(this.text));
  }

  /** The event frame as SSE `data:`, with the blank line that dispatches it. */
  get sseData(): Buffer {
    return (this.#sseData ??= Buffer.from(`data: ${this.text}\n\n`));
  }

  /** The same with the `id:` of a stream that has only this channel. */
  get sse(): Buffer {
    return (this.#sse ??= Buffer.from(`id: ${this.epoch}:${this.offset}\ndata: ${this.text}\n\n`));
  }
}
