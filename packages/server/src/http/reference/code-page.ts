/** The page of one code, from `docs/codes/<code>.md`: the address that every problem names as its `type`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html, raw } from 'hono/html';
import { micromark } from 'micromark';
import { type Html, layout } from './layout.ts';

const CODE = /^[a-z][a-z0-9_]*$/;

/** Null when there is no such page. micromark escapes what is HTML in the Markdown. */
export async function codePage(docsFolder: string, code: string): Promise<Html | null> {
  if (!CODE.test(code)) return null;
  let markdown: string;
  try {
    markdown = await readFile(join(docsFolder, 'codes', `${code}.md`), 'utf8');
  } catch {
    return null;
  }
  const { title, description, body } = pageOf(markdown, code);
  return layout(
    code,
    html`<nav>
        <a class="brand" href="/dashboard/">Greenlight</a><a href="/docs#codes">All codes</a
        ><a href="/docs">API reference</a>
      </nav>
      <main class="article">
        <h1>${title}</h1>
        <p class="lead">${description}</p>
        ${raw(micromark(body))}
      </main>`,
  );
}

/** Front matter with a `title` and a `description`, one line each, then Markdown. */
function pageOf(markdown: string, code: string): { title: string; description: string; body: string } {
  const [, front = '', body = markdown] = /^---\n(.*?)\n---\n(.*)$/s.exec(markdown) ?? [];
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(front)?.[1];
  return { title: field('title') ?? code, description: field('description') ?? '', body };
}
