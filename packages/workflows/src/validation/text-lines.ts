/** Places in a text: lines and columns (1-based, UTF-16) to offsets and back, and excerpts. */

const EXCERPT_LENGTH = 200;
const BYTE_ORDER_MARK = '\uFEFF';

export class TextLines {
  readonly text: string;
  /** 1 when the text starts with a byte order mark, which no editor counts as a column. */
  readonly #lead: number;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.#lead = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    const starts = [this.#lead];
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
    }
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The line ending that the text uses. */
  get ending(): '\n' | '\r\n' {
    const first = this.text.indexOf('\n');
    return first > 0 && this.text.charCodeAt(first - 1) === 13 ? '\r\n' : '\n';
  }

  offset(line: number, column: number): number {
    const start = this.#starts[line - 1];
    return start === undefined ? this.text.length : Math.min(start + column - 1, this.text.length);
  }

  place(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(1, offset - (this.#starts[low] ?? 0) + 1) };
  }

  /** Offset of the line's end, its line ending excluded. */
  end(line: number): number {
    let end = this.nextStart(line);
    if (end > this.offset(line, 1) && this.text.charCodeAt(end - 1) === 10) end--;
    if (end > this.offset(line, 1) && this.text.charCodeAt(end - 1) === 13) end--;
    return end;
  }

  /** Offset of the next line's start, or of the end of the text. */
  nextStart(line: number): number {
    return this.#starts[line] ?? this.text.length;
  }

  line(line: number): string {
    return this.text.slice(this.offset(line, 1), this.end(line));
  }

  excerpt(line: number): string {
    const text = this.line(line);
    if (text.length <= EXCERPT_LENGTH) return text;
    return `${text.slice(0, EXCERPT_LENGTH - 1).toWellFormed()}…`;
  }
}
