/** The code of one fence, and the way back from a place in it to the place in the document. */
import type { Place } from '../findings.ts';
import type { Fence } from '../markdown-facts.ts';

export type Source = {
  readonly code: string;
  /** Line and column are 1-based, in the code. */
  readonly place: (line: number, column: number) => Place;
};

/** `lineShift`: lines of the document above the parsed text (front matter). */
export function sourceOf(fence: Fence, lineShift: number): Source {
  const start = { line: fence.line + lineShift, column: fence.column };
  return {
    code: fence.code.map(({ text }) => text).join('\n'),
    place: (line, column) => {
      const row = fence.code[Math.min(line, fence.code.length) - 1];
      if (row === undefined) return start;
      const beyond = line > fence.code.length ? row.text.length + 1 : Math.min(column, row.text.length + 1);
      return { line: row.line + lineShift, column: row.column + Math.max(1, beyond) - 1 };
    },
  };
}

/** Line and column of an offset in the code. */
export function placeIn(code: string, offset: number): { line: number; column: number } {
  const before = code.slice(0, offset);
  const newline = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - newline };
}

/** What a check says of one fence. `rule` is the part after `fence/`. */
export type CodeProblem = {
  readonly rule:
    | 'json'
    | 'yaml'
    | 'toml'
    | 'javascript'
    | 'typescript'
    | 'python'
    | 'shell'
    | 'placeholder'
    | 'language-mismatch';
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The tag that would be right. */
  readonly tag?: string;
};

const ELLIPSIS = /(?:^|[\s([{,;:=|>])(?:\.\.\.|…)(?=$|[\s)\]},;])/m;
const TEMPLATE = /\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{\{/;
/** `<your-name>`, and signatures such as `parse(text[, options])`. */
const BRACKETED = /<[A-Za-z][\w .:/-]*>|\[[a-z]\w*(?:, \w+)*\]\)|\[\s*,\s*[\w.]+/;

/** Whether an author left something out on purpose: `…`, `{{ name }}`, `<your-name>`. */
export function hasPlaceholder(code: string, options: { brackets: boolean }): boolean {
  return ELLIPSIS.test(code) || TEMPLATE.test(code) || (options.brackets && BRACKETED.test(code));
}
