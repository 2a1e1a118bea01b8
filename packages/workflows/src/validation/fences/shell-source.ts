/** Shell code as documentation shows it: sessions with prompts and output, `<placeholders>`. */
import type { CodeRow } from './pending.ts';

const PROMPT = /^\s*\$ /;

/** Rows to check, or null when there are only answers of a machine and no commands. */
export function shellRows(rows: readonly CodeRow[], session: boolean): readonly CodeRow[] | null {
  const prompted = rows.some(({ text }) => PROMPT.test(text));
  if (session && !prompted) return null;
  const commands = prompted ? promptedRows(rows) : rows;
  // A name in angle brackets stands for an argument; as redirections it would mean something else.
  return commands.map((row) => ({
    ...row,
    text: row.text.replaceAll(/<[A-Za-z][\w .:/|@-]*>/g, (name) => '_'.repeat(name.length)),
  }));
}

function promptedRows(rows: readonly CodeRow[]): readonly CodeRow[] {
  let continued = false;
  return rows.map((row) => {
    const prompt = PROMPT.exec(row.text);
    if (prompt === null && !continued) return { ...row, text: '' };
    const lead = prompt?.[0].length ?? 0;
    continued = row.text.endsWith('\\');
    return { ...row, text: row.text.slice(lead), column: row.column + lead };
  });
}

const WORD = /(?:[\w@./:=+,%~^-]|"[^"$`\\!]*"|'[^']*'|\$\w+)+/y;
const OPERATOR = /[ \t]*(?:&&|\|\||\||;)[ \t]*/y;
const RESERVED: ReadonlySet<string> = new Set(
  'if then else elif fi for while until do done case esac in function select time coproc'.split(' '),
);

/** Most shell code in documents is a plain command or two that cannot be wrong; only the rest is worth a process. */
export function isPlainShell(code: string): boolean {
  return code.split('\n').every(isPlainLine);
}

function isPlainLine(line: string): boolean {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return true;
  let at = 0;
  let first = true;
  while (at < text.length) {
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word === undefined || (first && RESERVED.has(word))) return false;
    at += word.length;
    first = false;
    OPERATOR.lastIndex = at;
    const operator = OPERATOR.exec(text)?.[0];
    if (operator !== undefined) {
      at += operator.length;
      if (at >= text.length) return operator.trim() === ';';
      first = true;
      continue;
    }
    const space = /^[ \t]+/.exec(text.slice(at))?.[0].length ?? 0;
    if (at < text.length && space === 0) return false;
    at += space;
    if (text[at] === '#') return true;
  }
  return true;
}
