/** A real OpenID provider in a process of its own: the one that the server's tests start. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const MAIN = fileURLToPath(
  new URL('../../../packages/server/src/auth/testing/provider.mjs', import.meta.url),
);

export type Provider = AsyncDisposable & {
  readonly issuer: string;
  /** Where it may send people back to. */
  serve(redirectUri: string): Promise<void>;
};

export async function startProvider(): Promise<Provider> {
  const child = fork(MAIN, { execArgv: [], silent: true });
  const [{ issuer }] = (await once(child, 'message')) as [{ issuer: string }];
  return {
    issuer,
    async serve(redirectUri) {
      const ready = once(child, 'message');
      child.send({ redirectUri });
      await ready;
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

/** Fills in the provider's own forms, which take any password, and agrees. */
export async function signInThere(page: Page, user: string): Promise<void> {
  await page.locator('input[name=login]').fill(user);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('button[type=submit]').click();
}
