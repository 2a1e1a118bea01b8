import { randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** 8 characters of `a-z0-9`: two epochs that must not be mistaken for each other differ but for 1 in 2.8 * 10^12. */
export function newEpoch(): string {
  return Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
