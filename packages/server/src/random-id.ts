/** Names that nobody guesses and no two things share. */
import { randomFillSync } from 'node:crypto';

/** Asking the operating system costs more than the name itself, so enough for many is fetched at once. */
const pool = Buffer.allocUnsafeSlow(4_096);
let used = pool.length;

/** `bytes` random bytes as base64url; each is used once and is no longer in memory afterwards. */
export function randomId(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const from = used;
  used += bytes;
  const id = pool.toString('base64url', from, used);
  pool.fill(0, from, used);
  return id;
}
