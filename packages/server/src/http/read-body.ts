/** The body of a request, bounded. */
import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** The client went away in the middle. */
  | { readonly kind: 'aborted' };

/** So much more is read and dropped, because a client that is still sending does not hear an early answer. */
const DROP_FACTOR = 16;

export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else if (size > maxBytes * DROP_FACTOR) break;
    }
  } catch {
    return { kind: 'aborted' };
  }
  return size > maxBytes ? { kind: 'too_large' } : { kind: 'complete', bytes: Buffer.concat(chunks) };
}
