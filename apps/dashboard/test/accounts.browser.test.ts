import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
import { setStage, type Stage } from './stage.ts';

const FIRST = 'a first password';
const NEXT = 'quite another password';

describe.skipIf(noChromium !== null)('people with accounts', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.api('/api/v1/users', { user: 'grace', role: 'operator', password: FIRST });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it('[D19] signs in where one was, and asks for a new password first', async () => {
    const { page, complaints } = await stage.stranger();
    await page.goto(`${stage.gateway.url}/dashboard/runs?state=failed`);
    const signIn = async (password: string): Promise<void> => {
      await page.getByLabel('User', { exact: true }).fill('grace');
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await signIn('not the password');
    expect(await page.getByRole('alert').textContent()).toMatch(/attempt [\w-]{22}/);
    await signIn(FIRST);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.getByLabel('Password now').fill(FIRST);
    await page.getByLabel('New password').fill(NEXT);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.locator('[data-light=live]').waitFor();
    expect(page.url()).toBe(`${stage.gateway.url}/dashboard/runs?state=failed`);

    const disable = await fetch(`${stage.gateway.url}/api/v1/users/grace`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${stage.gateway.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ disabled: true }),
    });
    expect(disable.status).toBe(200);
    await page.getByRole('link', { name: 'Sign in again' }).waitFor();
    await page.locator('[data-light]').click();
    const popover = page.getByRole('dialog', { name: 'Connection' });
    await popover.getByText('Ask an administrator to enable it.').waitFor();
    expect(await popover.textContent()).toContain('account_disabled');
    expect(complaints).toEqual([]);
  });
});
