/** The body of a request, bounded. */
import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** The client went away in the middle. */
  | { readonly kind: 'aborted' };

export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return { kind: 'too_large' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'aborted' };
  }
  return { kind: 'complete', bytes: Buffer.concat(chunks) };
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
