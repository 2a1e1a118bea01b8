/** Documents whose findings are known. */

const clean = (title: string): string =>
  `---\ntitle: ${title} of the house\ndescription: What a newcomer should know about ${title.toLowerCase()} before the first change is made here.\n---\n\n## ${title}\n\nEverything about ${title.toLowerCase()} in two sentences. There is not much more to say.\n`;

export const CLEAN = {
  'README.md': clean('Greenlight'),
  'docs/rooms.md': clean('Rooms'),
  'docs/arrows.md': clean('Arrows'),
} as const;

/** One broken relative link, which one letter away exists, and a code block without a language. */
export const BROKEN = {
  'docs/guide.md': `${clean('Guides')}\nSee [the rooms](./romms.md) first.\n\n\`\`\`\nnpm start\n\`\`\`\n`,
} as const;

/** A document whose text would do harm if it were taken for markup. */
export const HOSTILE_NAME = 'docs/<img src=x onerror=alert(1)>.md';

/** Enough work that a person, or a test, can step in. */
export function many(count: number): Record<string, string> {
  const paragraph = 'The gateway appends the event to the log, then tells everybody who listens. '
    .repeat(12)
    .trim();
  const body = Array.from({ length: 60 }, (_, at) => `## Part ${at + 1}\n\n${paragraph}\n`).join('\n');
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `many/page-${String(at).padStart(4, '0')}.md`,
      `---\ntitle: Page number ${at} of many\ndescription: One of many pages, long enough that checking them all takes a while.\n---\n\n${body}`,
    ]),
  );
}
