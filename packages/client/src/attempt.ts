/** Ids and text in base64url (RFC 4648 section 5), without Node's Buffer. */
import type { Random } from './clock.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** 128 random bits as 22 characters; the last one holds only two bits. */
export function newAttempt(random: Random): string {
  let id = '';
  for (let at = 0; at < 21; at += 1) id += ALPHABET[Math.floor(random() * 64)];
  return id + ALPHABET[Math.floor(random() * 4) * 16];
}

/** The text's UTF-8 bytes, unpadded. */
export function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
