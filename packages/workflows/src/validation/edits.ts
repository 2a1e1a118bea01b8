/** Edits of a text: put together without overlaps, and applied. */
import type { TextEdit } from '@greenlight/protocol/review';

/** Edits MUST NOT overlap; their order does not matter. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].toSorted(byPlace);
  const parts: string[] = [];
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length)
      throw new RangeError(`The edit at ${edit.start} overlaps another one or leaves the text.`);
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/**
 * Adds a fix's edits to those already taken, or gives null when one of them touches another:
 * two insertions at one place would each be right alone and wrong together.
 */
export function withEdits(
  taken: readonly TextEdit[],
  added: readonly TextEdit[],
): readonly TextEdit[] | null {
  const merged = [...taken];
  for (const edit of added) {
    if (merged.some((other) => sameEdit(other, edit))) continue;
    if (merged.some((other) => touches(other, edit))) return null;
    merged.push(edit);
  }
  return merged.toSorted(byPlace);
}

function sameEdit(a: TextEdit, b: TextEdit): boolean {
  return a.start === b.start && a.end === b.end && a.text === b.text;
}

function touches(a: TextEdit, b: TextEdit): boolean {
  if (a.start === b.start) return true;
  const [first, second] = a.start < b.start ? [a, b] : [b, a];
  if (first.end > second.start) return true;
  // An insertion right where something else ends belongs to both: it cannot be told which comes first.
  return first.end === second.start && second.start === second.end;
}

function byPlace(a: TextEdit, b: TextEdit): number {
  return a.start - b.start || a.end - b.end;
}
