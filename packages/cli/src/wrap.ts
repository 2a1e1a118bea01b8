/** Text in lines of at most 80 columns. */
const COLUMNS = 80;

/** The first line begins with `head`, the others as far in. A word that is longer than a line stays whole. */
export function wrap(text: string, head = ''): string {
  const indent = ' '.repeat(head.length);
  const lines: string[] = [];
  let line = head;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].map((done) => `${done}\n`).join('');
}
