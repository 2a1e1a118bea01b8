/** markdownlint over one text: its findings, and the facts read from the same parse. */
import type { Configuration, LintError, Rule } from 'markdownlint';
import { lint as lintSync } from 'markdownlint/sync';
import type { TextEdit } from '@greenlight/protocol/review';
import type { Fix } from './findings.ts';
import { type MarkdownFacts, readFacts } from './markdown-facts.ts';
import type { TextLines } from './text-lines.ts';

const FACTS_RULE = 'greenlight-facts';
const NAME = 'document';

export type Linted = {
  readonly errors: readonly LintError[];
  readonly facts: MarkdownFacts;
  /** Lines taken by front matter, as the linter counts them. */
  readonly frontMatterLines: number;
};

export type LintOptions = {
  readonly config: Configuration;
  /** Also read the prose. */
  readonly prose: boolean;
};

/** Reads the text once. */
export function lintText(text: string, options: LintOptions): Linted {
  let facts: MarkdownFacts | null = null;
  let frontMatterLines = 0;
  const rule: Rule = {
    names: [FACTS_RULE],
    description: 'Reads headings, links, fences and prose from the parsed document',
    tags: ['facts'],
    parser: 'micromark',
    function: (params) => {
      frontMatterLines = params.frontMatterLines.length;
      facts = readFacts(params.parsers.micromark.tokens, options);
    },
  };
  const lint = (config: Configuration, noInlineConfig: boolean): readonly LintError[] =>
    lintSync({
      strings: { [NAME]: text },
      config: { ...config, [FACTS_RULE]: true },
      customRules: [rule],
      noInlineConfig,
      handleRuleFailures: true,
      ...(mayHaveFrontMatter(text) ? {} : { frontMatter: null }),
    })[NAME] ?? [];

  const errors = lint(options.config, false);
  // A comment in the document can switch every rule off; the facts are still needed.
  if (facts === null) lint({ default: false }, true);
  return { errors, facts: facts ?? EMPTY, frontMatterLines };
}

const EMPTY: MarkdownFacts = { headings: [], explicitAnchors: [], links: [], fences: [], prose: [] };

/** The linter's search for front matter reads the whole text; it is needed only where the first line opens one. */
function mayHaveFrontMatter(text: string): boolean {
  return /^\uFEFF?(?:---|\+\+\+|\{)/.test(text);
}

export function messageOf(error: LintError): string {
  const detail = error.errorDetail === null ? '' : `: ${error.errorDetail}`;
  return `${error.ruleDescription}${detail}`;
}

/** The linter's fix as edits of the text. */
export function fixOf(error: LintError, lines: TextLines): Fix | undefined {
  const info = error.fixInfo;
  if (info === null) return undefined;
  const line = info.lineNumber ?? error.lineNumber;
  if (info.deleteCount === -1) return { description: 'Remove the line', edits: [removeLine(line, lines)] };
  const column = info.editColumn ?? 1;
  const start = lines.offset(line, column);
  const end = lines.offset(line, column + (info.deleteCount ?? 0));
  const inserted = (info.insertText ?? '').replaceAll('\n', lines.ending);
  const description =
    inserted === ''
      ? 'Remove the characters'
      : start === end
        ? `Insert ${inserted.trim() === '' ? 'a line ending or space' : `“${inserted.trim()}”`}`
        : `Replace with “${inserted.trim()}”`;
  return { description, edits: [{ start, end, text: inserted }] };
}

function removeLine(line: number, lines: TextLines): TextEdit {
  const start = lines.offset(line, 1);
  const end = lines.nextStart(line);
  const last = end === lines.end(line) && line > 1;
  return last ? { start: lines.end(line - 1), end, text: '' } : { start, end, text: '' };
}
