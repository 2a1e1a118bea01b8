/** Front matter: found, parsed with places, and compared with a schema. */
import { parse as parseToml, TomlError } from 'smol-toml';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { Findings, Place } from './findings.ts';
import { checkValue, type FieldSchema } from './front-matter-schema.ts';
import type { TextLines } from './text-lines.ts';

export type FrontMatter = {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the field at this path stands, or the first line. */
  readonly place: (path: readonly string[]) => Place;
};

type Block = { readonly kind: 'yaml' | 'toml' | 'json'; readonly text: string; readonly firstLine: number };

const OPENING: readonly { kind: Block['kind']; open: RegExp; close: RegExp }[] = [
  { kind: 'yaml', open: /^---[ \t]*$/, close: /^(?:---|\.\.\.)[ \t]*$/ },
  { kind: 'toml', open: /^\+\+\+[ \t]*$/, close: /^\+\+\+[ \t]*$/ },
  { kind: 'json', open: /^\{[ \t]*$/, close: /^\}[ \t]*$/ },
];

/** Reports what is wrong with it; gives its fields, or null when there are none to be had. */
export function readFrontMatter(lines: TextLines, findings: Findings): FrontMatter | null {
  const first = lines.line(1);
  const kind = OPENING.find(({ open }) => open.test(first));
  if (kind === undefined) return null;
  for (let line = 2; line <= lines.count; line++) {
    if (!kind.close.test(lines.line(line))) continue;
    const json = kind.kind === 'json';
    const text = json
      ? lines.text.slice(lines.offset(1, 1), lines.end(line))
      : lines.text.slice(lines.offset(2, 1), lines.offset(line, 1));
    return parseBlock({ kind: kind.kind, text, firstLine: json ? 1 : 2 }, findings);
  }
  // A lone `---` may be a thematic break, and `{` ordinary text: only what goes on like fields is front matter.
  const unclosed = kind.kind === 'toml' || (kind.kind === 'yaml' && /^[\w-]+:(?:\s|$)/.test(lines.line(2)));
  if (unclosed)
    findings.own('syntax', 'frontmatter/unclosed', {
      message: `The front matter that starts here is never closed with \`${first.trim()}\`.`,
    });
  return null;
}

function parseBlock(block: Block, findings: Findings): FrontMatter | null {
  switch (block.kind) {
    case 'yaml':
    case 'json':
      return parseYaml(block, findings);
    case 'toml':
      return parseTomlBlock(block, findings);
    default:
      return block.kind satisfies never;
  }
}

// JSON is read as YAML, which it is a part of, so that both get places.
function parseYaml(block: Block, findings: Findings): FrontMatter | null {
  const counter = new LineCounter();
  const document = parseDocument(block.text, { lineCounter: counter, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line) + block.firstLine - 1, column: Math.max(1, col) };
  };
  for (const error of document.errors)
    findings.own('syntax', 'frontmatter/syntax', {
      at: placeAt(error.pos[0]),
      message: `The front matter is not valid ${block.kind.toUpperCase()}: ${firstSentence(error.message)}`,
    });
  if (document.errors.length > 0) return null;
  if (document.contents === null) return { fields: {}, place: () => ({ line: 1, column: 1 }) };
  if (!isMap(document.contents)) {
    findings.own('syntax', 'frontmatter/not-a-mapping', {
      at: placeAt(document.contents.range?.[0] ?? 0),
      message: 'The front matter must be a mapping of fields to values, such as `title: A page`.',
    });
    return null;
  }
  const fields: unknown = document.toJS({ maxAliasCount: 100 });
  return {
    fields: fields as Record<string, unknown>,
    place: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? { line: 1, column: 1 } : placeAt(offset);
    },
  };
}

/** Offset of the key at the end of the path (of the item, in a list). */
function offsetOf(document: Document.Parsed, path: readonly string[]): number | null {
  const parent: unknown = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => String(isScalar(key) ? key.value : key) === last);
    if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? null;
  }
  const node: unknown = document.getIn(path, true);
  return isScalar(node) ? (node.range?.[0] ?? null) : null;
}

function parseTomlBlock(block: Block, findings: Findings): FrontMatter | null {
  try {
    const fields = parseToml(block.text);
    const rows = block.text.split('\n');
    const place = (path: readonly string[]): Place => {
      const row = rows.findIndex((text) => text.trimStart().startsWith(path.at(-1) ?? ''));
      return { line: Math.max(0, row) + block.firstLine, column: 1 };
    };
    return { fields, place };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    findings.own('syntax', 'frontmatter/syntax', {
      at: { line: error.line + block.firstLine - 1, column: error.column },
      message: `The front matter is not valid TOML: ${tomlReason(error)}`,
    });
    return null;
  }
}

export function tomlReason(error: TomlError): string {
  return firstSentence(error.message.replace(/^Invalid TOML document: /, ''));
}

export function firstSentence(message: string): string {
  const line = message.split('\n')[0]?.trim().replace(/:$/, '') ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

export function checkFrontMatter(matter: FrontMatter | null, schema: FieldSchema, findings: Findings): void {
  const fields = matter?.fields ?? {};
  checkValue(fields, schema, [], ({ rule, path, message }) => {
    findings.own('syntax', rule, { at: matter?.place(path) ?? { line: 1, column: 1 }, message });
  });
}
