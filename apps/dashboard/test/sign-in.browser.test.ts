import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
import { setStage, type Stage } from './stage.ts';

describe.skipIf(noChromium !== null)('signing in', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it('[D8] signs in by the link, takes the code out of the address, and is live', async () => {
    const { page, context, complaints } = await stage.stranger();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(stage.gateway.signInUrl);
    await page.locator('[data-light=live]').waitFor();
    expect(page.url()).toBe(`${stage.gateway.url}/dashboard/`);
    expect(await page.evaluate(() => history.length)).toBeLessThan(3);
    const code = new URL(stage.gateway.signInUrl).hash.slice('#code='.length);
    expect(code.length).toBeGreaterThan(20);
    expect(asked.filter((url) => new URL(url).search.includes(code))).toEqual([]);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    await page.reload();
    await page.locator('[data-light=live]').waitFor();
    expect(complaints).toEqual([]);
  });

  it('[D4] says why a spent code does not sign in, and takes a pasted one', async () => {
    const { page, complaints } = await stage.stranger();
    await page.goto(stage.gateway.signInUrl);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/attempt [\w-]{22}/);
    expect(page.url()).not.toContain('code=');

    await stage.gateway.stop();
    await stage.gateway.restart();
    await page.getByLabel('Sign-in code or link').fill(stage.gateway.signInUrl);
    await page.getByRole('button', { name: 'Sign in with the code' }).click();
    await page.locator('[data-light=live]').waitFor();
    expect(complaints).toEqual([]);
  });

  it('[D1] [D2] tells in the popover what the light rests on', async () => {
    const { page } = await stage.stranger();
    await stage.gateway.stop();
    await stage.gateway.restart();
    await page.goto(stage.gateway.signInUrl);
    const light = page.locator('[data-light=live]');
    await light.waitFor();
    await light.click();
    const popover = page.getByRole('dialog', { name: 'Connection' });
    await popover.getByText(`pid ${stage.gateway.pid}`).waitFor();
    const text = (await popover.textContent()) ?? '';
    expect(text).toContain('reachable');
    expect(text).toContain('WebSocket');
    expect(text).toContain('(admin)');
    expect(text).toMatch(/(\d+) of \1 acknowledged/);
    expect(text).toMatch(/[\d.]+ ms/);
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'hidden' });
  });

  it('signs out', async () => {
    const { page } = await stage.stranger();
    await stage.gateway.stop();
    await stage.gateway.restart();
    await page.goto(stage.gateway.signInUrl);
    await page.locator('[data-light=live]').waitFor();
    await page.getByRole('button', { name: 'Account' }).first().click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
