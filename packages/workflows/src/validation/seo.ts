/** What a search engine shows of a page: its title and its description. */
import { countCharacters } from './characters.ts';
import type { Findings } from './findings.ts';
import type { FrontMatter } from './front-matter.ts';
import type { Heading } from './markdown-facts.ts';

/** Characters that results show without cutting; a description of fewer than `min` says too little. */
const TITLE = { max: 70 };
const DESCRIPTION = { min: 50, max: 160 };

type Page = {
  readonly matter: FrontMatter | null;
  readonly headings: readonly Heading[];
  readonly shift: number;
};

export function checkSeo(page: Page, findings: Findings): void {
  const { matter, headings, shift } = page;
  const top = headings.find(({ level }) => level === 1);
  const named = textField(matter, 'title');
  const title = named ?? top?.text ?? null;
  const at =
    named !== null || top === undefined
      ? (matter?.place(['title']) ?? { line: 1, column: 1 })
      : { line: top.line + shift, column: top.column };
  if (title === null)
    findings.own('content', 'seo/title-missing', {
      message: 'The page has no title: give it a heading of level 1 or `title` in its front matter.',
    });
  else if (title !== '[image]') checkTitle(title, at, findings);

  // Only pages with front matter are pages of a site, which shows descriptions.
  if (matter === null) return;
  const name = ['description', 'summary', 'excerpt'].find((field) => textField(matter, field) !== null);
  const description = name === undefined ? null : textField(matter, name);
  if (name === undefined || description === null) {
    findings.own('content', 'seo/description-missing', {
      message: 'The page has no description: search engines will choose a piece of its text.',
    });
    return;
  }
  const length = countCharacters(description.trim());
  if (length >= DESCRIPTION.min && length <= DESCRIPTION.max) return;
  findings.own('content', 'seo/description-length', {
    at: matter.place([name]),
    message: `The description has ${length} characters; ${DESCRIPTION.min} to ${DESCRIPTION.max} are shown whole and say enough.`,
  });
}

function checkTitle(title: string, at: { line: number; column: number }, findings: Findings): void {
  const length = countCharacters(title.trim());
  if (length > 0 && length <= TITLE.max) return;
  const message =
    length === 0
      ? 'The title is empty.'
      : `The title has ${length} characters; search engines show about ${TITLE.max}.`;
  findings.own('content', 'seo/title-length', { at, message });
}

function textField(matter: FrontMatter | null, field: string): string | null {
  const value = matter?.fields[field];
  return typeof value === 'string' ? value : null;
}
