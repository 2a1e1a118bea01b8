/** Code fences: closed, tagged with a language that exists, and code that its language can parse. */
import { closest } from 'fastest-levenshtein';
import type { Findings, Fix } from '../findings.ts';
import type { Fence } from '../markdown-facts.ts';
import type { TextLines } from '../text-lines.ts';
import { checkToml, checkYaml } from './data.ts';
import { checkScript } from './javascript.ts';
import { checkJson, checkRelaxedJson } from './json.ts';
import { type Checker, checkerOf, isKnownLanguage, KNOWN_LANGUAGES, tagOf } from './languages.ts';
import type { PendingCode } from './pending.ts';
import { pythonRows } from './python-source.ts';
import { shellRows } from './shell-source.ts';
import { type CodeProblem, sourceOf } from './source.ts';

type Context = {
  readonly lines: TextLines;
  readonly findings: Findings;
  /** Lines of front matter above. */
  readonly shift: number;
};

/** Gives what has to go to an interpreter. */
export function checkFences(fences: readonly Fence[], context: Context): readonly PendingCode[] {
  const pending: PendingCode[] = [];
  for (const fence of fences) {
    const at = { line: fence.line + context.shift, column: fence.column };
    if (!fence.closed)
      context.findings.own('syntax', 'fence/unclosed', {
        at,
        message: 'This code fence is never closed, so everything below it is code.',
      });
    const tag = tagOf(fence.info);
    if (tag === '') continue;
    if (!isKnownLanguage(tag)) reportUnknown(fence, tag, context);
    const checker = checkerOf(tag);
    if (checker === null || !fence.closed) continue;
    const code = checkOne(fence, checker, context);
    if (code !== null) pending.push(code);
  }
  return pending;
}

function checkOne(fence: Fence, checker: Checker, context: Context): PendingCode | null {
  const rows = fence.code.map((row) => ({
    ...row,
    line: row.line + context.shift,
    excerpt: context.lines.excerpt(row.line + context.shift),
  }));
  switch (checker) {
    case 'python':
      return { interpreter: 'python', rows: pythonRows(rows) };
    case 'shell':
    case 'session': {
      const commands = shellRows(rows, checker === 'session');
      return commands === null ? null : { interpreter: 'shell', rows: commands };
    }
    case 'json':
    case 'jsonc':
    case 'yaml':
    case 'toml':
    case 'javascript':
    case 'typescript':
    case 'tsx':
      reportProblem(fence, checkHere(checker, sourceOf(fence, context.shift).code), context);
      return null;
    default:
      return checker satisfies never;
  }
}

function checkHere(
  checker: Exclude<Checker, 'python' | 'shell' | 'session'>,
  code: string,
): CodeProblem | null {
  switch (checker) {
    case 'json':
      return checkJson(code);
    case 'jsonc':
      return checkRelaxedJson(code);
    case 'yaml':
      return checkYaml(code);
    case 'toml':
      return checkToml(code);
    case 'javascript':
    case 'typescript':
    case 'tsx':
      return checkScript(code, checker);
    default:
      return checker satisfies never;
  }
}

function reportProblem(fence: Fence, problem: CodeProblem | null, context: Context): void {
  if (problem === null) return;
  const fix = problem.tag === undefined ? undefined : retag(fence, problem.tag, context);
  context.findings.own('syntax', `fence/${problem.rule}`, {
    at:
      fix === undefined
        ? sourceOf(fence, context.shift).place(problem.line, problem.column)
        : tagPlace(fence, context),
    message: problem.message,
    ...(fix === undefined ? {} : { fix }),
  });
}

function reportUnknown(fence: Fence, tag: string, context: Context): void {
  const near = tag.length < 4 ? null : closestLanguage(tag);
  context.findings.own('syntax', 'fence/unknown-language', {
    at: tagPlace(fence, context),
    message: `\`${tag}\` is not a language that is known${near === null ? '.' : `; is it \`${near}\`?`}`,
    ...(near === null ? {} : { fix: retag(fence, near, context) }),
  });
}

/** The known language that is one slip away. */
function closestLanguage(tag: string): string | null {
  const near = closest(
    tag,
    KNOWN_LANGUAGES.filter((known) => Math.abs(known.length - tag.length) < 2 && known.length > 3),
  );
  return near !== undefined && isOneSlip(tag, near) ? near : null;
}

function isOneSlip(a: string, b: string): boolean {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const swapped = left.length === 2 && left[0] === right[1] && left[1] === right[0];
  return swapped || (left.length <= 1 && right.length <= 1);
}

function tagPlace(fence: Fence, context: Context): { line: number; column: number } {
  return { line: fence.line + context.shift, column: fence.infoColumn };
}

function retag(fence: Fence, tag: string, context: Context): Fix {
  const length = /^[^\s{,:;=]+/.exec(fence.info)?.[0].length ?? 0;
  const start = context.lines.offset(fence.line + context.shift, fence.infoColumn);
  return { description: `Tag it \`${tag}\``, edits: [{ start, end: start + length, text: tag }] };
}
