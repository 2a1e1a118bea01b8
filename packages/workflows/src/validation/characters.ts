/** How many characters a person counts, roughly: code points, so that one emoji is not two. */
export function countCharacters(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/** The UTF-16 column of a column counted in code points, both 1-based. */
export function utf16Column(text: string, column: number): number {
  let at = 0;
  for (let count = 1; count < column && at < text.length; count++)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at + 1;
}
