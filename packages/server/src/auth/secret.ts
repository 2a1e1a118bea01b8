/** Secrets with 256 random bits. They cannot be guessed from their hash, so a fast hash is enough to keep them. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 32 random bytes as 43 base64url characters. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** SHA-256 as 64 hexadecimal characters: what is stored, and what is looked up by. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex');

/** In constant time. */
export function matchesDigest(secret: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(secret), 'hex'), Buffer.from(digest, 'hex'));
}
