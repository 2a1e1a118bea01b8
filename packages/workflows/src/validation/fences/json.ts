/** JSON (RFC 8259), with the place of the first thing that is wrong. */
import { parseExpression } from '@babel/parser';
import { type CodeProblem, hasPlaceholder, placeIn } from './source.ts';

const COMMENT = /(?:^|\s)\/\/|\/\*|(?:^|\n)\s*#/;

export function checkJson(code: string): CodeProblem | null {
  if (code.trim() === '' || parses(code)) return null;
  const at = new Scanner(code).firstError();
  const place = placeIn(code, at.offset);
  if (hasPlaceholder(code, { brackets: true }))
    return {
      rule: 'placeholder',
      ...place,
      message: 'The JSON stands with placeholders, so it was not checked.',
    };
  if (code.split('\n').every((line) => line.trim() === '' || parses(line)))
    return {
      rule: 'language-mismatch',
      ...place,
      message: 'These are lines of JSON: the tag is `jsonl`.',
      tag: 'jsonl',
    };
  if (parses(`{${code.trim().replace(/,$/, '')}}`))
    return { rule: 'placeholder', ...place, message: 'These are members without the braces around them.' };
  if (COMMENT.test(code) && checkRelaxedJson(code) === null)
    return {
      rule: 'language-mismatch',
      ...place,
      message: 'This is JSON with comments: the tag is `jsonc`.',
      tag: 'jsonc',
    };
  return { rule: 'json', ...place, message: `The JSON cannot be parsed: ${at.message}` };
}

/** JSON with comments, trailing commas and what JSON5 allows. */
export function checkRelaxedJson(code: string): CodeProblem | null {
  if (code.trim() === '') return null;
  try {
    parseExpression(code, { createParenthesizedExpressions: false });
    return null;
  } catch (error) {
    const place = errorPlace(error);
    if (hasPlaceholder(code, { brackets: true }))
      return {
        rule: 'placeholder',
        ...place,
        message: 'The JSON stands with placeholders, so it was not checked.',
      };
    return { rule: 'json', ...place, message: `The JSON cannot be parsed: ${place.reason}` };
  }
}

function errorPlace(error: unknown): { line: number; column: number; reason: string } {
  if (!(error instanceof SyntaxError) || !('loc' in error)) throw error;
  const loc = error.loc as { line: number; column: number };
  return {
    line: loc.line,
    column: loc.column + 1,
    reason: `${error.message.replace(/ \(\d+:\d+\)$/, '')}.`.replace(/\.\.$/, '.'),
  };
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads JSON until something is wrong; V8's messages do not always say where. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  firstError(): { offset: number; message: string } {
    const wrong = this.#value() ?? this.#end();
    return { offset: this.#at, message: wrong ?? 'it is not JSON.' };
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #end(): string | null {
    this.#space();
    return this.#at < this.#text.length ? `${this.#here()} stands after the end of the value.` : null;
  }

  #here(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? 'the end' : `\`${String.fromCodePoint(code)}\``;
  }

  #value(): string | null {
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#members('}', () => this.#pair());
      case '[':
        return this.#members(']', () => this.#value());
      case '"':
        return this.#string();
      case undefined:
        return 'a value is missing at the end.';
      default:
        return this.#word();
    }
  }

  #word(): string | null {
    const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
    word.lastIndex = this.#at;
    const match = word.exec(this.#text);
    if (match === null) return `${this.#here()} does not begin a value.`;
    this.#at += match[0].length;
    return null;
  }

  #members(close: string, member: () => string | null): string | null {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return null;
    }
    for (;;) {
      const wrong = member();
      if (wrong !== null) return wrong;
      this.#space();
      const next = this.#text[this.#at];
      if (next === close) {
        this.#at++;
        return null;
      }
      if (next !== ',') return `\`,\` or \`${close}\` is expected, not ${this.#here()}.`;
      const comma = this.#at++;
      this.#space();
      if (this.#text[this.#at] !== close) continue;
      this.#at = comma;
      return `there is a comma before \`${close}\`.`;
    }
  }

  #pair(): string | null {
    this.#space();
    if (this.#text[this.#at] !== '"') return `a name in double quotes is expected, not ${this.#here()}.`;
    const wrong = this.#string();
    if (wrong !== null) return wrong;
    this.#space();
    if (this.#text[this.#at] !== ':') return `\`:\` is expected, not ${this.#here()}.`;
    this.#at++;
    return this.#value();
  }

  #string(): string | null {
    // oxlint-disable-next-line no-control-regex -- exactly the characters that JSON strings must escape
    const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
    string.lastIndex = this.#at;
    const length = string.exec(this.#text)?.[0].length ?? 1;
    const opened = this.#at;
    this.#at += length;
    const next = this.#text[this.#at];
    if (next === '"') {
      this.#at++;
      return null;
    }
    if (next === '\\') return 'the escape in this string is not known.';
    this.#at = opened;
    return 'this string is not closed on its line.';
  }
}
