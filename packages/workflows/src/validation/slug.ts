/** Anchors of headings as GitHub makes them. */

/** `Hello, World!` → `hello-world`. Letters, marks, numbers, `_` and `-` stay; spaces become `-`. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Mark}\p{Number}\p{Connector_Punctuation}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Numbers repeated slugs: `usage`, `usage-1`, `usage-2`. */
export class Slugs {
  readonly #seen = new Map<string, number>();

  next(heading: string): string {
    const slug = slugOf(heading);
    let count = this.#seen.get(slug) ?? 0;
    let unique = count === 0 ? slug : `${slug}-${count}`;
    while (count > 0 && this.#seen.has(unique)) unique = `${slug}-${++count}`;
    this.#seen.set(slug, count + 1);
    if (unique !== slug) this.#seen.set(unique, 1);
    return unique;
  }
}
