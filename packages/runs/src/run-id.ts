/** Ids of runs: `wf_` and 20 characters `0-9a-z` that sort by time of creation. */

/** A number from 0 up to, not including, 1; as `Math.random`. */
export type Random = () => number;

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

export function randomText(length: number, random: Random): string {
  let text = '';
  while (text.length < length) text += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return text;
}

/** Milliseconds (9 characters), a counter for those of one millisecond (3), randomness (8). */
export function createRunIds(clock: () => number, random: Random): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const now = Math.max(clock(), last);
    count = now === last ? count + 1 : 0;
    last = now;
    return `wf_${now.toString(36).padStart(9, '0')}${count.toString(36).padStart(3, '0')}${randomText(8, random)}`;
  };
}
