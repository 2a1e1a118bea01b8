/** The observer that is a page in a real browser: one browser and one page for all cells. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RefusalPush } from '@greenlight/protocol/frames';
import { launch } from '@greenlight/testkit/chromium';
import { type Addressed, hostOf, namedTarget, offered } from './addressed.ts';
import { look, type Look, type Looked } from './page-look.ts';
import { headersOf, problemIn, type Sight } from './sight.ts';

export type PageSight = Sight & {
  /** An EventSource that got the same answer: nothing but this number can be read off it. */
  readonly eventSource: number | null;
  /** What the page is told when it asks for the attempt that it named. */
  readonly asked: Looked;
};

export type Visitor = AsyncDisposable & {
  readonly origin: string;
  see(request: Addressed): Promise<PageSight>;
};

/** Why no page can send this; null when it can. */
export function noPage({ headers, subprotocols = [] }: Addressed): string | null {
  if (headers) return 'a browser writes this header itself';
  if (new Set(subprotocols).size < subprotocols.length) return 'a browser refuses to offer an entry twice';
  return null;
}

export async function openPage(): Promise<Visitor> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>A page</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A name that leads here: what DNS rebinding does.
  const browser = await launch(['--host-resolver-rules=MAP rebound.example 127.0.0.1']);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);

  async function see(request: Addressed): Promise<PageSight> {
    const { credential, node, attempt, transport } = request;
    await context.clearCookies();
    if (credential?.kind === 'session')
      await context.addCookies([
        { name: node.services.sessions.cookieName, value: credential.secret, url: node.url },
      ]);
    const wish = wishOf(request);
    const looked = await page.evaluate(look, wish);
    const asked = await page.evaluate(look, {
      ...wish,
      how: 'fetch',
      method: 'GET',
      headers: {},
      // Every origin may ask, and therefore none with cookies.
      cookies: false,
      url: `${node.url}/api/v1/handshakes/${attempt}`,
    } satisfies Look);
    const bare = transport === 'sse' && request.method === undefined && credential?.kind !== 'bearer';
    // Another attempt: the id is taken, and a ticket that was not spent stays good for this one.
    const stream = bare ? await page.evaluate(look, { ...wish, how: 'event-source' } satisfies Look) : null;
    return { ...sightOf(looked, attempt), asked, eventSource: stream?.readyState ?? null };
  }

  return {
    origin,
    see,
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.close();
    },
  };
}

function wishOf(request: Addressed): Look {
  const { transport, plain, method = 'GET', credential } = request;
  const isSocket = transport === 'websocket' && !plain && method === 'GET';
  return {
    how: isSocket ? 'websocket' : 'fetch',
    url: `${isSocket ? 'ws' : 'http'}://${hostOf(request)}${namedTarget(request)}`,
    protocols: offered(request),
    method,
    cookies: true,
    headers: credential?.kind === 'bearer' ? { Authorization: `Bearer ${credential.secret}` } : {},
  };
}

function sightOf({ status, headers = [], body = '', frames = [], close }: Looked, attempt: string): Sight {
  const [frame] = frames;
  return {
    attempt,
    status: status ?? null,
    headers: headersOf(headers),
    problem: problemIn(body),
    refusal: frame === undefined ? null : (JSON.parse(frame) as RefusalPush),
    close: close ?? null,
  };
}
