/** A unified diff as rows of two columns. Pure. */

export type DiffCell = { readonly line: number; readonly text: string };
export type DiffRow =
  | { readonly kind: 'hunk'; readonly text: string }
  | { readonly kind: 'same'; readonly before: DiffCell; readonly after: DiffCell }
  | { readonly kind: 'change'; readonly before: DiffCell | null; readonly after: DiffCell | null };

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/;

/** Rows of the hunks; what stands before the first hunk (file names) is left out. */
export function diffRows(patch: string): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: DiffCell[] = [];
  let added: DiffCell[] = [];
  let before = 0;
  let after = 0;
  let inside = false;
  const settle = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1)
      rows.push({ kind: 'change', before: removed[at] ?? null, after: added[at] ?? null });
    removed = [];
    added = [];
  };
  for (const line of patch.split('\n')) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      settle();
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      inside = true;
      rows.push({ kind: 'hunk', text: line });
    } else if (inside && line.startsWith('-')) removed.push({ line: before++, text: line.slice(1) });
    else if (inside && line.startsWith('+')) added.push({ line: after++, text: line.slice(1) });
    else if (inside && line.startsWith(' ')) {
      settle();
      const text = line.slice(1);
      rows.push({ kind: 'same', before: { line: before++, text }, after: { line: after++, text } });
    }
  }
  settle();
  return rows;
}

/** Where two versions of a line differ: `[start, end)` in each, after their common beginning and before their common end. */
export function changedSpan(
  before: string,
  after: string,
): { before: [number, number]; after: [number, number] } {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shortest - start && before[before.length - 1 - end] === after[after.length - 1 - end])
    end += 1;
  return { before: [start, before.length - end], after: [start, after.length - end] };
}
