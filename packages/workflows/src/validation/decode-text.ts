/** Bytes to text, or which bytes are none. */
import type { OwnRule } from './own-rules.ts';

export type DecodedText =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly rule: OwnRule & ('file/binary' | 'file/invalid-utf8');
      readonly at: { line: number; column: number };
      readonly message: string;
    };

/** A NUL in the first bytes is what `git` and `grep` take for binary, too. */
const BINARY_PROBE = 8_000;
const START = { line: 1, column: 1 };

/** Keeps a byte order mark, so that offsets in the text are offsets in the file. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16)
    return {
      ok: false,
      rule: 'file/invalid-utf8',
      at: START,
      message: 'The file is UTF-16: save it as UTF-8.',
    };
  if (bytes.subarray(0, BINARY_PROBE).includes(0))
    return {
      ok: false,
      rule: 'file/binary',
      at: START,
      message: 'The file is binary, so there is no text to check.',
    };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const at = firstInvalid(bytes);
    return {
      ok: false,
      rule: 'file/invalid-utf8',
      at,
      message: 'The file is not valid UTF-8 from here on, so it was not checked: save it as UTF-8.',
    };
  }
}

/** The place of the first byte that cannot be decoded. */
function firstInvalid(bytes: Uint8Array): { line: number; column: number } {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isValidPrefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, low), { stream: true });
  const line = before.split(/\r\n?|\n/);
  return { line: line.length, column: (line.at(-1)?.length ?? 0) + 1 };
}

/** Streaming lets a character that is cut at the end pass. */
function isValidPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
