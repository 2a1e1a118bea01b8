/**
 * What the other checks need to know of a document, taken from the tokens that the linter has parsed anyway:
 * one parse serves both. Lines and columns are those of the text without its front matter.
 */
import type { MicromarkToken } from 'markdownlint';
import { Slugs } from './slug.ts';

export type Heading = {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
  readonly line: number;
  readonly column: number;
};

/** `start` and `end` are columns of the target on its line. */
export type RawLink = {
  readonly target: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly image: boolean;
};

export type Fence = {
  readonly info: string;
  readonly line: number;
  readonly infoColumn: number;
  readonly column: number;
  readonly closed: boolean;
  /** Its code, line by line, and where each line starts. */
  readonly code: readonly { readonly text: string; readonly line: number; readonly column: number }[];
};

/** Text that people read, without code, addresses and markup; `pieces` says where it stands. */
export type Prose = {
  readonly text: string;
  readonly pieces: readonly { readonly at: number; readonly line: number; readonly column: number }[];
};

export type MarkdownFacts = {
  readonly headings: readonly Heading[];
  /** Anchors that are not headings: `id` and `name` in HTML, `{#id}`. */
  readonly explicitAnchors: readonly { id: string; line: number; column: number }[];
  readonly links: readonly RawLink[];
  readonly fences: readonly Fence[];
  readonly prose: readonly Prose[];
};

/** Between what cannot be one phrase: code, images and HTML inside a sentence. */
export const PROSE_BREAK = '\u0001';

const HEADING_ID = /\{#([A-Za-z][\w:.-]*)\}\s*$/;
const HTML_ID = /\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const HTML_NAME = /^<a\s[^>]*?\bname\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const HTML_TARGET = /\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const HTML_HEADING = /^<h([1-6])[\s>]/i;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export function readFacts(tokens: readonly MicromarkToken[], options: { prose: boolean }): MarkdownFacts {
  const facts: Mutable<MarkdownFacts> = {
    headings: [],
    explicitAnchors: [],
    links: [],
    fences: [],
    prose: [],
  };
  const slugs = new Slugs();

  const visit = (token: MicromarkToken): void => {
    // The types of GFM and of undefined references are not in the parser's own list.
    const type: string = token.type;
    switch (type) {
      case 'atxHeading':
      case 'setextHeading':
        facts.headings.push(readHeading(token, slugs, facts.explicitAnchors));
        break;
      case 'codeFenced':
        facts.fences.push(readFence(token));
        return;
      case 'resourceDestinationString':
      case 'definitionDestinationString':
        facts.links.push(readTarget(token));
        return;
      case 'autolinkProtocol':
      case 'literalAutolinkHttp':
        facts.links.push({ ...placeOf(token), target: token.text, image: false });
        return;
      case 'htmlFlow':
        readHtmlHeadings(token, slugs, facts.headings);
        break;
      case 'htmlText':
        readHtml(token, facts);
        return;
      case 'codeText':
      case 'codeIndented':
      case 'undefinedReferenceShortcut':
      case 'undefinedReferenceFull':
      case 'undefinedReferenceCollapsed':
        return;
      default:
        break;
    }
    if (options.prose && PROSE_HOLDERS.has(token.type)) {
      const prose = readProse(token);
      if (prose !== null) facts.prose.push(prose);
    }
    for (const child of token.children) visit(child);
  };
  for (const token of tokens) visit(token);
  return facts;
}

const PROSE_HOLDERS: ReadonlySet<string> = new Set([
  'paragraph',
  'atxHeadingText',
  'setextHeadingText',
  'tableContent',
]);

function placeOf(token: MicromarkToken): { line: number; column: number; endColumn: number } {
  const endColumn =
    token.endLine === token.startLine ? token.endColumn : token.startColumn + token.text.length;
  return { line: token.startLine, column: token.startColumn, endColumn };
}

function readTarget(token: MicromarkToken): RawLink {
  let above = token.parent;
  while (above !== null && above.type !== 'image' && above.type !== 'link' && above.type !== 'definition')
    above = above.parent;
  const target = token.text.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&amp;', '&');
  return { ...placeOf(token), target, image: above?.type === 'image' };
}

function readHeading(
  token: MicromarkToken,
  slugs: Slugs,
  explicit: { id: string; line: number; column: number }[],
): Heading {
  const marker = token.children.find(
    ({ type }) => type === 'atxHeadingSequence' || type === 'setextHeadingLine',
  );
  const mark = marker?.text.trimStart() ?? '#';
  const level = mark.startsWith('#') ? mark.length : mark.startsWith('=') ? 1 : 2;
  const content = token.children.find(
    ({ type }) => type === 'atxHeadingText' || type === 'setextHeadingText',
  );
  const raw = content === undefined ? '' : shownText(content);
  const id = HEADING_ID.exec(raw)?.[1];
  const place = { line: token.startLine, column: token.startColumn };
  if (id !== undefined) explicit.push({ id, ...place });
  const text = raw.replace(HEADING_ID, '').trim();
  const image = content?.children.some(({ type }) => type === 'image' || type === 'link') ?? false;
  return { level, text: text === '' && image ? '[image]' : text, anchor: slugs.next(raw), ...place };
}

const SHOWN: ReadonlySet<string> = new Set([
  'characterEscapeValue',
  'codeTextData',
  'data',
  'mathTextData',
  'autolinkProtocol',
  'literalAutolinkHttp',
]);
const NOT_SHOWN: ReadonlySet<string> = new Set(['image', 'reference', 'resource', 'htmlText']);

/** The text of a heading as a reader sees it. */
function shownText(token: MicromarkToken): string {
  if (SHOWN.has(token.type)) return token.text;
  if (token.type === 'lineEnding') return ' ';
  return token.children.map((child) => (NOT_SHOWN.has(child.type) ? '' : shownText(child))).join('');
}

function readFence(token: MicromarkToken): Fence {
  const [open] = token.children;
  const info = open?.children.find(({ type }) => type === 'codeFencedFenceInfo');
  const fences = token.children.filter(({ type }) => type === 'codeFencedFence');
  const code: { text: string; line: number; column: number }[] = [];
  const last = fences.length > 1 ? token.endLine - 1 : token.endLine;
  for (let line = token.startLine + 1; line <= last; line++) code.push({ text: '', line, column: 1 });
  for (const child of token.children) {
    if (child.type !== 'codeFlowValue') continue;
    const index = child.startLine - token.startLine - 1;
    code[index] = { text: child.text, line: child.startLine, column: child.startColumn };
  }
  return {
    info: info?.text ?? '',
    line: token.startLine,
    column: token.startColumn,
    infoColumn: info?.startColumn ?? token.startColumn,
    closed: fences.length > 1,
    code,
  };
}

function readHtml(token: MicromarkToken, facts: Mutable<MarkdownFacts>): void {
  if (token.text.startsWith('<!') || token.text.startsWith('</')) return;
  const id = HTML_ID.exec(token.text) ?? HTML_NAME.exec(token.text);
  const name = id?.[1] ?? id?.[2] ?? id?.[3];
  if (name !== undefined && name !== '')
    facts.explicitAnchors.push({ id: name, line: token.startLine, column: token.startColumn });
  const image = /^<(?:img|source|video)\b/i.test(token.text);
  for (const match of token.text.matchAll(HTML_TARGET)) {
    const target = match[1] ?? match[2] ?? '';
    // Tables of contributors give their icons dead anchors, on purpose, to have a title shown.
    if (target.startsWith('#') && /\stitle\s*=/i.test(token.text)) continue;
    const before = token.text.slice(0, match.index + match[0].length - target.length - 1);
    const newline = before.lastIndexOf('\n');
    const line = token.startLine + (newline < 0 ? 0 : before.split('\n').length - 1);
    const column = newline < 0 ? token.startColumn + before.length : before.length - newline;
    facts.links.push({ target, line, column, endColumn: column + target.length, image });
  }
}

function readHtmlHeadings(flow: MicromarkToken, slugs: Slugs, headings: Heading[]): void {
  if (!/<h[1-6]/i.test(flow.text)) return;
  for (const match of flow.text.matchAll(/<h([1-6])(?:\s[^>]*)?>([\s\S]*?)<\/h\1\s*>/gi)) {
    const level = Number(HTML_HEADING.exec(match[0])?.[1] ?? 1);
    const text = (match[2] ?? '')
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const line = flow.startLine + flow.text.slice(0, match.index).split('\n').length - 1;
    headings.push({ level, text: text === '' ? '[image]' : text, anchor: slugs.next(text), line, column: 1 });
  }
}

const PROSE_HIDDEN: ReadonlySet<string> = new Set([
  'codeText',
  'mathText',
  'image',
  'htmlText',
  'autolink',
  'literalAutolink',
  'resource',
  'reference',
  'gfmFootnoteCall',
]);

function readProse(holder: MicromarkToken): Prose | null {
  let text = '';
  const pieces: { at: number; line: number; column: number }[] = [];
  const visit = (token: MicromarkToken): void => {
    if (PROSE_HIDDEN.has(token.type)) {
      text += PROSE_BREAK;
    } else if (token.type === 'lineEnding') {
      text += ' ';
    } else if (token.type === 'data' || token.type === 'characterEscapeValue') {
      pieces.push({ at: text.length, line: token.startLine, column: token.startColumn });
      text += token.text;
    } else {
      for (const child of token.children) visit(child);
    }
  };
  visit(holder);
  return pieces.length === 0 ? null : { text, pieces };
}

/** Where character `at` of the prose stands. */
export function proseAt(prose: Prose, at: number): { line: number; column: number } {
  let found = prose.pieces[0];
  for (const piece of prose.pieces) {
    if (piece.at > at) break;
    found = piece;
  }
  return found === undefined
    ? { line: 1, column: 1 }
    : { line: found.line, column: found.column + at - found.at };
}
