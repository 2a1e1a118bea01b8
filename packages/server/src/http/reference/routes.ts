/** The two documents, the page made of them, and the page of each code. */
import { readFileSync } from 'node:fs';
import type { Services } from '../../services.ts';
import type { Api } from '../call.ts';
import { pageHeaders } from '../page-headers.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { describeStreams, openApiDocument } from './openapi.ts';
import { referencePage } from './page.ts';

/** The documents describe the routes that are there when somebody asks for the first time. */
export function addReferenceRoutes(api: Api, services: Services, docsFolder: string): void {
  describeStreams(api, services);
  const openApi = once(() => openApiDocument(api, services));
  const asyncApi = once(() => asyncApiDocument(openApi(), services));
  const page = once(() => referencePage(openApi(), asyncApi()));
  const css = readFileSync(new URL('./reference.css', import.meta.url), 'utf8');
  const headers = { ...pageHeaders(undefined), 'cache-control': 'no-cache' };

  api.get('/api/v1/openapi.json', (c) => c.json(openApi(), 200, headers));
  api.get('/api/v1/asyncapi.json', (c) => c.json(asyncApi(), 200, headers));
  api.get('/docs/', (c) => c.redirect('/docs', 302));
  api.get('/docs', (c) => c.html(page(), 200, headers));
  api.get('/docs/reference.css', (c) =>
    c.body(css, 200, { ...headers, 'content-type': 'text/css; charset=utf-8' }),
  );
  api.get('/docs/codes/:code', async (c) => {
    const { codePage } = await import('./code-page.ts');
    const found = await codePage(docsFolder, c.req.param('code'));
    if (found) return c.html(found, 200, headers);
    return c.env.fail({ code: 'not_found', detail: `There is no page for "${c.req.param('code')}".` });
  });
}

/** Made when it is asked for, and kept. */
function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | null = null;
  return () => (made ??= { value: make() }).value;
}
