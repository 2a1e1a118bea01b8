/**
 * Writes to a TCP socket below its stream: the kernel is tried first, and only what it does not take waits. A stream
 * does the same with more ceremony, which in a fan-out of small messages costs a quarter of everything (docs/benchmarks).
 * What others write to the stream meanwhile, such as `ws` its pongs, keeps its order: libuv has one queue.
 */
import { Socket } from 'node:net';
import type { Duplex, Writable } from 'node:stream';
import type { ByteSink } from './outbox.ts';

/** As in Node's lib/internal/stream_base_commons.js. */
type WriteRequest = {
  oncomplete?: (status: number) => void;
  /** Keeps the bytes while they wait. */
  buffer?: Buffer;
};
type StreamHandle = { readonly writeBuffer: (request: WriteRequest, bytes: Buffer) => number };
type StreamBinding = {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: ArrayLike<number>;
  readonly kLastWriteWasAsync: number;
};

const binding = streamBinding();

/** Null where this Node does not give it, such as under `--permission`: then streams do it. */
function streamBinding(): StreamBinding | null {
  const { binding } = process as { binding?: (name: string) => Partial<StreamBinding> };
  try {
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding?.('stream_wrap') ?? {};
    if (!WriteWrap || !streamBaseState || kLastWriteWasAsync === undefined) return null;
    return { WriteWrap, streamBaseState, kLastWriteWasAsync };
  } catch {
    return null;
  }
}

const handleOf = (socket: Duplex): StreamHandle | null | undefined =>
  (socket as { _handle?: StreamHandle | null })._handle;

export function sinkOf(socket: Duplex): ByteSink {
  const isWritable = socket instanceof Socket && typeof handleOf(socket)?.writeBuffer === 'function';
  return binding && isWritable ? new SocketSink(socket, binding) : streamSink(socket);
}

/** Any other stream. */
export function streamSink(stream: Writable): ByteSink {
  return {
    write(bytes, written) {
      stream.write(bytes, written);
      return stream.writableLength === 0;
    },
    get writableLength() {
      return stream.writableLength;
    },
    get writableNeedDrain() {
      return stream.writableNeedDrain;
    },
    get destroyed() {
      return stream.destroyed;
    },
    on: (event, listener) => stream.on(event, listener),
  };
}

/** Not used up by a write that the kernel takes at once. */
let spare: WriteRequest | null = null;

class SocketSink implements ByteSink {
  readonly #socket: Socket;
  readonly #binding: StreamBinding;
  #waiting = 0;
  #drained = (): void => {};

  constructor(socket: Socket, binding: StreamBinding) {
    this.#socket = socket;
    this.#binding = binding;
  }

  get writableLength(): number {
    return this.#waiting + this.#socket.writableLength;
  }

  // The state of the stream is not looked at where it need not be: for thousands of sockets it is in no cache.

  get writableNeedDrain(): boolean {
    return this.#waiting > 0;
  }

  get destroyed(): boolean {
    return !handleOf(this.#socket);
  }

  on(event: 'drain', listener: () => void): void {
    this.#drained = listener;
    this.#socket.on(event, listener);
  }

  write(bytes: Buffer, written?: () => void): boolean {
    const handle = handleOf(this.#socket);
    if (!handle) return false;
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = this.#binding;
    const request = (spare ??= new WriteWrap());
    if (handle.writeBuffer(request, bytes) !== 0) {
      spare = null;
      this.#socket.destroy();
      return false;
    }
    if (streamBaseState[kLastWriteWasAsync] === 0) {
      written?.();
      return true;
    }
    spare = null;
    this.#waiting += bytes.length;
    request.buffer = bytes;
    request.oncomplete = (status) => {
      this.#waiting -= bytes.length;
      if (status < 0) this.#socket.destroy();
      else written?.();
      if (this.#waiting === 0) this.#drained();
    };
    return false;
  }
}
