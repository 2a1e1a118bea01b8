/** Passwords: kept as argon2id (RFC 9106) in its usual text form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MIN_LENGTH = 12;
/** Longer ones cost time and add nothing. */
const MAX_LENGTH = 256;
const STORED = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const derive = promisify(argon2);

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce: salt,
    tagLength: HASH_BYTES,
    ...COST,
  });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(salt)}$${text(hash)}`;
}

/** Null stands for an account that does not exist or has no password: the same work, and false. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', hash = ''] = STORED.exec(stored ?? NOBODY) ?? [];
  const expected = Buffer.from(hash, 'base64');
  const found = await derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(found, expected) && stored !== null;
}

/** What is wrong with a new password; null if it will do. NIST SP 800-63B: length counts, composition rules do not. */
export function passwordProblem(password: string, user: string): string | null {
  if (password.length < MIN_LENGTH) return `A password needs at least ${MIN_LENGTH} characters.`;
  if (password.length > MAX_LENGTH) return `A password has at most ${MAX_LENGTH} characters.`;
  if (new Set(password).size < 5 || password.toLowerCase().includes(user.toLowerCase()))
    return 'A password must not repeat a few characters or contain the user name.';
  return null;
}

/** 100 random bits that can be read out on the telephone. */
export function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(randomBytes(20), (byte, at) => {
    const letter = letters.charAt(byte % letters.length);
    return at > 0 && at % 5 === 0 ? `-${letter}` : letter;
  }).join('');
}

const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** A hash that no password has. */
const NOBODY = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${text(randomBytes(SALT_BYTES))}$${text(randomBytes(HASH_BYTES))}`;
