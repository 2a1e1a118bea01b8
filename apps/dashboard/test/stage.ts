/** A gateway process with documents to validate, and a browser that visits it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startGateway, type GatewayProcess } from '@greenlight/testkit/start-gateway';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { ensureBuilt } from './built-page.ts';
import { launch } from '@greenlight/testkit/chromium';

export type Stage = {
  readonly gateway: GatewayProcess;
  /** The start folder of the gateway. */
  readonly folder: string;
  /** Puts documents there: name → text. */
  write(documents: Readonly<Record<string, string>>): Promise<void>;
  /** A new visitor with a fresh profile, signed in; leaves at the end of the test. */
  visit(options?: BrowserContextOptions & { readonly path?: string }): Promise<Visitor>;
  /** A new visitor who has not opened anything. */
  stranger(options?: BrowserContextOptions): Promise<Visitor>;
  /** REST as the administrator. */
  api<T>(path: string, body?: unknown): Promise<T>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type Visitor = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page wrote to the console as an error, and what it threw. The network's own complaints are left out. */
  readonly complaints: readonly string[];
};

/** The browser itself reports these, whatever the page does; tests that cut connections cause them. */
const NETWORK = /^(?:Failed to load resource|WebSocket connection to )/;

export type StageOptions = {
  /** Fills the data folder before the gateway starts. */
  readonly seed?: (data: string) => Promise<void>;
  /** Further settings of the gateway, as in its configuration file. */
  readonly config?: Readonly<Record<string, unknown>> & {
    readonly limits?: Readonly<Record<string, number>>;
  };
};

export async function setStage({ seed, config: further = {} }: StageOptions = {}): Promise<Stage> {
  await ensureBuilt();
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-page-'));
  const config = join(folder, 'greenlight.config.json');
  // A heartbeat each second, so that nobody waits ten for the light.
  await writeFile(config, JSON.stringify({ ...further, limits: { heartbeatMs: 1_000, ...further.limits } }));
  const data = join(folder, '.greenlight');
  await seed?.(data);
  const gateway = await startGateway({ cwd: folder, args: ['--config', config], data });
  const browser: Browser = await launch();
  let cookies: Awaited<ReturnType<BrowserContext['cookies']>> | null = null;

  async function stranger(options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    // An open page goes on working, and the tests that follow have less of the machine.
    onTestFinished(() => context.close());
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !NETWORK.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return { page, context, complaints };
  }

  return {
    gateway,
    folder,
    stranger,
    async write(documents) {
      for (const [name, text] of Object.entries(documents)) {
        const file = join(folder, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    },
    async visit({ path = '', ...options } = {}) {
      const visitor = await stranger(options);
      const { page, context } = visitor;
      // The link works once: who comes later has the first visitor's session.
      if (cookies) await context.addCookies(cookies);
      await page.goto(cookies ? `${gateway.url}/dashboard/${path}` : gateway.signInUrl);
      await page.locator('[data-light=live]').waitFor();
      if (!cookies && path !== '') await page.goto(`${gateway.url}/dashboard/${path}`);
      cookies ??= await context.cookies();
      return visitor;
    },
    async api<T>(path: string, body?: unknown): Promise<T> {
      const response = await fetch(`${gateway.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await response.json()) as T;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await gateway[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a validation through the dialog, as a person does; gives the run's id. */
export async function startThroughDialog(page: Page, paths: string): Promise<string> {
  await page.getByRole('button', { name: 'New validation' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New validation' });
  await dialog.getByLabel('Documents').fill(paths);
  await dialog.getByRole('button', { name: 'Start validation' }).click();
  await page.waitForURL(/\/runs\/wf_/);
  return /wf_[0-9a-z]+/.exec(page.url())?.[0] ?? '';
}

/** Waits until the page shows the run in `state`. */
export const runState = (page: Page, state: string): Promise<void> =>
  page.locator(`[data-run-state=${state}]`).waitFor({ timeout: 120_000 });

/** Asks again until the answer fits, for as long as a busy machine may take. */
export const soon = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 15_000 });
