/** The body of a request, bounded. */
import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** The client went away in the middle. */
  | { readonly kind: 'aborted' };

export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Body> {
  // With events, for the iterator of a stream costs more than all the rest of a small body.
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (body: Body): void => {
      incoming.off('data', read).off('end', complete).off('close', aborted);
      resolve(body);
    };
    const read = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes) settle({ kind: 'too_large' });
    };
    const complete = (): void => settle({ kind: 'complete', bytes: Buffer.concat(chunks) });
    const aborted = (): void => settle({ kind: 'aborted' });
    incoming.on('data', read).on('end', complete).on('close', aborted).on('error', aborted);
    if (incoming.destroyed) aborted();
  });
}

/**
 * Reads on and drops what it reads, because a client that is still sending may not hear the answer of one who hangs up.
 * Hangs up all the same when there is no end to it.
 */
export function dropBody(incoming: IncomingMessage, maxBytes: number): void {
  let size = 0;
  incoming.on('error', () => {});
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) incoming.destroy();
  });
}
