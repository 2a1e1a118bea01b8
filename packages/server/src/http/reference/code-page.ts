/** The page of one code, from `docs/codes/<code>.md`: the address that every problem names as its `type`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html, raw } from 'hono/html';
import { micromark } from 'micromark';
import { type Html, layout } from './layout.ts';

const CODE = /^[a-z][a-z0-9_]*$/;

/** Null when there is no such page. */
export async function codePage(docsFolder: string, code: string): Promise<Html | null> {
  if (!CODE.test(code)) return null;
  let markdown: string;
  try {
    markdown = await readFile(join(docsFolder, 'codes', `${code}.md`), 'utf8');
  } catch {
    return null;
  }
  // micromark escapes what is HTML in the Markdown.
  const article = raw(micromark(markdown));
  return layout(
    code,
    html`<nav>
        <a class="brand" href="/dashboard/">Greenlight</a><a href="/docs#codes">All codes</a
        ><a href="/docs">API reference</a>
      </nav>
      <main class="article">${article}</main>`,
  );
}
