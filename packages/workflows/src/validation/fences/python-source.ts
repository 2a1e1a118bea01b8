/** Python as documentation shows it: indented pieces, interactive sessions, notebook commands. */
import type { CodeRow } from './pending.ts';

/** Rows keep their place in the document; what is no Python is blanked. */
export function pythonRows(rows: readonly CodeRow[]): readonly CodeRow[] {
  const session = rows.some(({ text }) => /^\s*>>>(?:\s|$)/.test(text));
  return dedent(session ? sessionRows(rows) : rows).map(withoutMagic);
}

/** Prompts go away, and so does everything that the interpreter answered. */
function sessionRows(rows: readonly CodeRow[]): readonly CodeRow[] {
  return rows.map((row) => {
    const prompt = /^\s*(?:>>>|\.\.\.)(?: |$)/.exec(row.text);
    if (prompt === null) return { ...row, text: '' };
    return { ...row, text: row.text.slice(prompt[0].length), column: row.column + prompt[0].length };
  });
}

function dedent(rows: readonly CodeRow[]): readonly CodeRow[] {
  const indents = rows
    .filter(({ text }) => text.trim() !== '')
    .map(({ text }) => /^[ \t]*/.exec(text)?.[0].length ?? 0);
  const common = indents.length === 0 ? 0 : Math.min(...indents);
  if (common === 0) return rows;
  return rows.map((row) => ({ ...row, text: row.text.slice(common), column: row.column + common }));
}

/** `%matplotlib inline` and `!pip install x` are commands to a notebook. */
function withoutMagic(row: CodeRow): CodeRow {
  const magic = /^(\s*)[%!?]/.exec(row.text);
  return magic === null ? row : { ...row, text: `${magic[1] ?? ''}pass` };
}
