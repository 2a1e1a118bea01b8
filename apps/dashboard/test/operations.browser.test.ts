import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from './chromium.ts';
import { setStage, soon, type Stage } from './stage.ts';

describe.skipIf(noChromium !== null)('what operators see of the node', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const knock = async (authorization: string): Promise<string> => {
    const { headers } = await fetch(`${stage.gateway.url}/api/v1/workflows`, { headers: { authorization } });
    return headers.get(ATTEMPT_HEADER) ?? '';
  };

  it('[D18] draws the ladder of each attempt, live, and finds it by what the address says', async () => {
    const { page, complaints } = await stage.visit({ path: 'handshakes' });
    await page.locator('[data-attempt]').first().waitFor();
    const attempt = await knock('Bearer gl_nobody00_abcdefghijklmnopqrstuvwxyz0123456789');
    expect(attempt).not.toBe('');
    const row = page.locator(`[data-attempt="${attempt}"]`);
    await row.getByRole('button').first().click();
    const outcomes = (stage: string) => row.locator(`[data-stage=${stage}]`).getAttribute('data-outcome');
    expect(await outcomes('rate')).toBe('passed');
    expect(await outcomes('credential')).toBe('failed');
    expect(await outcomes('capacity')).toBe('not_reached');
    const text = (await row.textContent()) ?? '';
    expect(text).toContain('authorization');
    expect(text).toContain('not reached');
    expect(text).not.toContain('abcdefghijklmnopqrstuvwxyz0123456789');

    await page.getByLabel('Code').selectOption('api_key_unknown');
    await page.getByLabel('Transport').selectOption('rest');
    await page.getByLabel('Outcome').selectOption('refused');
    await page.getByLabel('Attempt id').fill(attempt);
    await soon(() => page.locator('[data-attempt]').count()).toBe(1);
    await page.reload();
    await soon(() => page.locator('[data-attempt]').count()).toBe(1);
    await row.locator('[data-ladder]').waitFor();
    expect(complaints).toEqual([]);
  });

  it('[D18] groups refusals by code, with what to do', async () => {
    await knock('Bearer gl_nobody00_abcdefghijklmnopqrstuvwxyz0123456789');
    const { page } = await stage.visit({ path: 'handshakes?view=codes' });
    const group = page.locator('[data-refusal-group=api_key_unknown]');
    await group.waitFor();
    expect(await group.textContent()).toContain('Check that the key belongs to this server');
    const docs = await group.getByRole('link', { name: 'api_key_unknown' }).getAttribute('href');
    expect((await fetch(`${stage.gateway.url}${docs}`)).status).toBe(200);
    await group.getByRole('button').click();
    await page.locator('[data-attempt][data-outcome=refused]').first().waitFor();
    expect(new URL(page.url()).searchParams.get('code')).toBe('api_key_unknown');
  });
});
