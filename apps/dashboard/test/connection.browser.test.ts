import type { RunSnapshot } from '@greenlight/protocol/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
import { many } from './documents.ts';
import { runState, setStage, soon, startThroughDialog, type Stage } from './stage.ts';

const DOCUMENTS = 150;

describe.skipIf(noChromium !== null)('the light, while connections really break', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.write(many(DOCUMENTS));
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it('[D3] [D9] says so when the server is killed during a run, comes back by itself, ends right', async () => {
    const { page, complaints } = await stage.visit();
    const id = await startThroughDialog(page, 'many');
    const progress = page.locator('[data-progress]');
    await soon(async () => parseInt((await progress.textContent()) ?? '0', 10)).toBeGreaterThan(20);
    await stage.gateway.kill();
    await page.locator('[data-light=reconnecting]').waitFor();
    await page.locator('[data-as-of]', { hasText: 'as of' }).waitFor();
    expect(await page.locator('[data-run-state]').getAttribute('data-run-state')).toBe('running');
    expect(await page.locator('[data-light]').textContent()).toContain('Reconnecting');

    await stage.gateway.restart();
    await page.locator('[data-light=live]').waitFor();
    expect(await page.locator('[data-as-of]').count()).toBe(0);
    await runState(page, 'completed');
    const run = await stage.api<RunSnapshot>(`/api/v1/workflows/${id}`);
    expect(run.progress).toMatchObject({ completed: DOCUMENTS, total: DOCUMENTS });
    expect(await progress.textContent()).toBe(`${DOCUMENTS} of ${DOCUMENTS} files`);
    await soon(() => page.getByRole('tab', { name: /Results/ }).textContent()).toBe(`Results${DOCUMENTS}`);
    // The log of the page is the log of the server: every offset once.
    const { head } = await stage.api<{ head: number }>(`/api/v1/workflows/${id}/events?limit=1`);
    await soon(() => page.getByRole('tab', { name: /Events/ }).textContent()).toBe(`Events${head}`);
    expect(complaints).toEqual([]);
  }, 180_000);

  it('[D2] shows that the device has no network', async () => {
    const { page, context } = await stage.visit();
    await context.setOffline(true);
    await stage.gateway.kill();
    await page.locator('[data-light=offline]').waitFor();
    expect(await page.locator('[data-light]').textContent()).toBe('Offline');
    await stage.gateway.restart();
    await context.setOffline(false);
    await page.locator('[data-light=live]').waitFor();
  });

  it('[D3] [D4] is refused when the session ends, says why, and lets sign in again', async () => {
    const { page, context, complaints } = await stage.visit();
    const ended = await context.request.post(`${stage.gateway.url}/api/v1/auth/logout`, {
      headers: { origin: stage.gateway.url },
    });
    expect(ended.status()).toBe(204);
    const light = page.locator('[data-light=refused]');
    await light.waitFor();
    expect(await light.textContent()).toMatch(/^Refused: /);
    await light.click();
    const popover = page.getByRole('dialog', { name: 'Connection' });
    expect(await popover.textContent()).toMatch(/Refused because.*[\w-]{22}/s);
    await page.keyboard.press('Escape');
    await page.locator('[data-as-of]').getByRole('link', { name: 'Sign in again' }).click();
    await stage.gateway.stop();
    await stage.gateway.restart();
    await page.getByLabel('Sign-in code or link').fill(stage.gateway.signInUrl);
    await page.getByRole('button', { name: 'Sign in with the code' }).click();
    await page.locator('[data-light=live]').waitFor();
    expect(complaints).toEqual([]);
  });
});
