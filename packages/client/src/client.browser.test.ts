/** The built client in real pages, against the real gateway. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, noChromium } from '@greenlight/testkit/chromium';
import { startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, ClientOptions } from './client.ts';
import { type BuiltClient, buildClient } from './test/built-client.ts';

/** What a test page keeps on its window. */
type Shown = Window & {
  client: Client;
  offsets: number[];
  createClient: (options: ClientOptions) => Client;
};

let browser: Browser;
let gateway: GatewayProcess;
let built: BuiltClient;
let folder: string;
let pages: Server;
/** What a page waits for that does nothing else meanwhile. */
let held: ServerResponse | undefined;
let origin: string;

type Opening = Pick<ClientOptions, 'transports' | 'shareAcrossTabs'> & { readonly channel: string };

async function open(context: BrowserContext, { channel, ...options }: Opening): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => 'createClient' in window);
  await page.evaluate(
    ([name, more]) => {
      const shown = window as unknown as Shown;
      shown.offsets = [];
      shown.client = shown.createClient(more);
      shown.client.subscribe(name, { since: 'earliest' }, ({ offset }) => shown.offsets.push(offset));
    },
    [channel, { url: gateway.url, credential: { token: gateway.apiKey }, ...options }] as const,
  );
  return page;
}

const live = (page: Page) =>
  page.waitForFunction(() => (window as unknown as Shown).client.status.current.live);
const statusOf = (page: Page) => page.evaluate(() => (window as unknown as Shown).client.status.current);
const publishIn = (page: Page, channel: string, count: number) =>
  page.evaluate(
    async ([name, times]) => {
      for (let time = 0; time < times; time += 1) {
        const published = await (window as unknown as Shown).client.publish(name, { type: 'note' });
        if (!published.ok) throw new Error(published.detail);
      }
    },
    [channel, count] as const,
  );
async function offsetsOf(page: Page, count: number): Promise<readonly number[]> {
  await page.waitForFunction((least) => (window as unknown as Shown).offsets.length >= least, count);
  return page.evaluate(() => (window as unknown as Shown).offsets);
}
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

async function connections(channel: string): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.apiKey}` };
  const answer = await fetch(`${gateway.url}/api/v1/connections`, { headers });
  const { items } = (await answer.json()) as { items: readonly { channels: readonly string[] }[] };
  return items.filter(({ channels }) => channels.includes(channel)).length;
}

describe.skipIf(noChromium !== null)('in Chromium', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'greenlight-client-'));
    const config = join(folder, 'greenlight.config.json');
    await writeFile(config, JSON.stringify({ limits: { heartbeatMs: 1_000 } }));
    [browser, gateway, built] = await Promise.all([
      launch(),
      startGateway({ args: ['--config', config] }),
      buildClient(),
    ]);
    pages = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      if (pathname === '/held') {
        held = response;
        return;
      }
      if (!pathname.endsWith('.js')) {
        const script = "import { createClient } from '/client.js'; window.createClient = createClient;";
        response.setHeader('content-type', 'text/html').end(`<script type="module">${script}</script>`);
        return;
      }
      readFile(join(built.folder, pathname)).then(
        (text) => response.setHeader('content-type', 'text/javascript').end(text),
        () => response.writeHead(404).end(),
      );
    });
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    pages?.close();
    pages?.closeAllConnections();
    await gateway?.[Symbol.asyncDispose]();
    await built?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  it.each(['websocket', 'sse', 'long-poll'] as const)('[K32] is live over %s', async (transport) => {
    const context = await browser.newContext();
    const channel = `page-${transport}`;
    const page = await open(context, { channel, transports: [transport] });
    await live(page);
    expect(await statusOf(page)).toMatchObject({ transport, refusal: null });
    await publishIn(page, channel, 3);
    expect(await offsetsOf(page, 3)).toEqual(upTo(3));
    await context.close();
  });

  it('[K38] [K39] two tabs share one connection, and the one that is left takes it over without a loss', async () => {
    const context = await browser.newContext();
    const options = { channel: 'tabs', shareAcrossTabs: 'ada' };
    const first = await open(context, options);
    await live(first);
    const second = await open(context, options);
    await live(second);
    const [one, two] = [await statusOf(first), await statusOf(second)];
    expect(two.session).toBe(one.session);
    expect(two.transport).toBe('websocket');
    expect(await connections('tabs')).toBe(1);
    const alone = await open(context, { ...options, channel: 'alone' });
    await live(alone);
    expect(await connections('alone')).toBe(1);
    await alone.close();
    await expect.poll(() => connections('alone')).toBe(0);

    await publishIn(second, 'tabs', 5);
    await publishIn(first, 'tabs', 5);
    expect(await offsetsOf(first, 10)).toEqual(upTo(10));
    expect(await offsetsOf(second, 10)).toEqual(upTo(10));

    const third = await open(context, options);
    await live(third);
    const publishing = publishIn(third, 'tabs', 60);
    await offsetsOf(second, 20);
    await first.close();
    await publishing;
    expect(await offsetsOf(second, 70)).toEqual(upTo(70));
    expect(await offsetsOf(third, 70)).toEqual(upTo(70));
    await live(second);
    const session = (await statusOf(second)).session;
    expect(session).not.toBe(one.session);
    expect((await statusOf(third)).session).toBe(session);
    expect(await connections('tabs')).toBe(1);
    await context.close();
  });

  it('[K39] a tab that hangs with the connection loses it to another, and follows when it goes on', async () => {
    const context = await browser.newContext();
    const options = { channel: 'hung', shareAcrossTabs: 'ada' };
    const first = await open(context, options);
    await live(first);
    const second = await open(context, options);
    await live(second);
    const { session } = await statusOf(second);
    const hanging = first.evaluate(() => {
      const request = new XMLHttpRequest();
      request.open('GET', '/held', false);
      request.send();
    });
    await second.waitForFunction((former) => {
      const { live: isLive, session: now } = (window as unknown as Shown).client.status.current;
      return isLive && now !== former;
    }, session);
    await publishIn(second, 'hung', 5);
    expect(await offsetsOf(second, 5)).toEqual(upTo(5));
    held?.end();
    await hanging;
    expect(await offsetsOf(first, 5)).toEqual(upTo(5));
    await live(first);
    await expect.poll(() => connections('hung')).toBe(1);
    expect((await statusOf(first)).session).toBe((await statusOf(second)).session);
    await context.close();
  });

  it('[S3] a bare EventSource resumes by itself behind the last id that it had', async () => {
    const context = await browser.newContext();
    await using proxy = await startFaultProxy(gateway.url);
    const code = gateway.signInUrl.split('#code=')[1];
    const signedIn = await context.request.post(`${gateway.url}/api/v1/auth/login`, {
      data: { code },
      headers: { origin: gateway.url },
    });
    expect(signedIn.ok()).toBe(true);
    const writer = await open(context, { channel: 'bare' });
    await live(writer);
    await publishIn(writer, 'bare', 3);
    const page = await context.newPage();
    await page.goto(origin);
    await page.evaluate((url) => {
      const shown = window as unknown as Shown;
      shown.offsets = [];
      const source = new EventSource(url, { withCredentials: true });
      source.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const frame = JSON.parse(data) as { readonly type: string; readonly offset: number };
        if (frame.type === 'event') shown.offsets.push(frame.offset);
      });
    }, `${proxy.url}/api/v1/sse?channels=bare&since=earliest`);
    expect(await offsetsOf(page, 3)).toEqual(upTo(3));
    expect(proxy.strike({ kind: 'cut' })).toBeGreaterThan(0);
    await publishIn(writer, 'bare', 3);
    expect(await offsetsOf(page, 6)).toEqual(upTo(6));
    await context.close();
  });
});
