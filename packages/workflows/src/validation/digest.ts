import { createHash } from 'node:crypto';

/** `sha256:<hex>`: names the exact bytes that were reviewed. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
