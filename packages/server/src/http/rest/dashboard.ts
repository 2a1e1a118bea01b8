/** The dashboard's files. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Context } from 'hono';
import type { Api, ApiEnv } from '../call.ts';
import { mediaTypeOf } from '../media-type.ts';
import { pageHeaders } from '../page-headers.ts';

/** The build puts a hash of the content into these names. */
const HASHED = /\/assets\/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const NOT_BUILT = 'The dashboard was not built: run "npm run build", then load this page again.\n';

export function addDashboardRoutes(api: Api, folder: string): void {
  api.get('/', (c) => c.redirect('/dashboard/', 302));
  api.get('/dashboard', (c) => c.redirect('/dashboard/', 302));
  api.get('/dashboard/*', async (c) => {
    const wanted = decoded(c.env.path.slice('/dashboard/'.length));
    if (wanted === null) return c.env.fail({ code: 'route_not_found' });
    // Addresses within the page have no dot: the page itself knows them.
    const file = wanted.includes('.') ? wanted : 'index.html';
    const found = await fileBelow(folder, file);
    if (found) return answer(c, found);
    if (file !== 'index.html') return c.env.fail({ code: 'route_not_found' });
    return c.text(NOT_BUILT, 503, pageHeaders(undefined));
  });
}

type Found = { readonly path: string; readonly size: number; readonly mtimeMs: number };

async function answer(c: Context<ApiEnv>, { path, size, mtimeMs }: Found): Promise<Response> {
  const { headers } = c.env.request;
  const etag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;
  const cache = HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
  const about = { ...pageHeaders(headers.get('host')), etag, 'cache-control': cache };
  if (
    headers
      .get('if-none-match')
      ?.split(/\s*,\s*/)
      .includes(etag)
  )
    return c.body(null, 304, about);
  return c.body(new Uint8Array(await readFile(path)), 200, { ...about, 'content-type': mediaTypeOf(path) });
}

/** A regular file inside `folder`, symlinks resolved; null for anything else. */
async function fileBelow(folder: string, name: string): Promise<Found | null> {
  if (name.includes('\0')) return null;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, name));
    if (!path.startsWith(root + sep)) return null;
    const entry = await stat(path);
    return entry.isFile() ? { path, size: entry.size, mtimeMs: entry.mtimeMs } : null;
  } catch {
    return null;
  }
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
