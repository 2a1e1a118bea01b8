import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
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
    await page.getByLabel('Attempt id', { exact: true }).fill(attempt);
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

  it('[D20] shows who is connected and disconnects after asking', async () => {
    const other = await stage.visit();
    const { page, complaints } = await stage.visit({ path: 'connections' });
    const rows = page.locator('[data-connection]');
    await soon(() => rows.count()).toBeGreaterThan(1);
    const sessions = async () =>
      (await stage.api<{ items: { session: string; since: string }[] }>('/api/v1/connections')).items;
    // The newest is this page; the other visitor's came just before.
    const [, before] = (await sessions()).toSorted((a, b) => Date.parse(b.since) - Date.parse(a.since));
    const session = before?.session ?? '';
    expect(await page.locator('[data-mine]').count()).toBe(1);
    await page.getByLabel('Search connections').fill(session);
    await soon(() => rows.count()).toBe(1);
    expect(await page.locator('[data-mine]').count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('q')).toBe(session);
    await page.locator(`[data-connection="${session}"]`).getByRole('button').click();
    const dialog = page.getByRole('dialog', { name: 'Disconnect' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await sessions()).map((one) => one.session)).toContain(session);
    await page.locator(`[data-connection="${session}"]`).getByRole('button').click();
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    await page.locator(`[data-connection="${session}"]`).waitFor({ state: 'detached' });
    await other.page.locator('[data-light=refused]').waitFor();
    expect(complaints).toEqual([]);
  });

  it('[D21] creates a key that is shown once, and revokes it after asking', async () => {
    const { page, complaints } = await stage.visit({ path: 'settings' });
    await page.getByLabel('What the key is for').fill('a robot');
    await page.getByLabel('Role of the key').selectOption('service');
    await page.getByRole('textbox', { name: 'Channels' }).fill('orders:*, user:{user}');
    await page.getByLabel('Acts as').fill('robot');
    await page.getByLabel('Expires').selectOption('in a day');
    await page.getByRole('button', { name: 'Create key' }).click();
    const key = (await page.locator('[data-secret]').textContent()) ?? '';
    const asKey = () =>
      fetch(`${stage.gateway.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${key}` } });
    const status = async () => (await asKey()).status;
    const { expiresAt, ...made } = (await (await asKey()).json()) as { expiresAt: string };
    expect(made).toMatchObject({ user: 'robot', role: 'service', channels: ['orders:*', 'user:{user}'] });
    const lifeMs = Date.parse(expiresAt) - Date.now();
    expect(lifeMs).toBeGreaterThan(86_000_000);
    expect(lifeMs).toBeLessThanOrEqual(86_400_000);
    await page.getByRole('button', { name: 'I have it' }).click();
    expect(await page.content()).not.toContain(key);
    await page.getByRole('button', { name: 'Revoke a robot' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText(/^revoked/).waitFor();
    expect(await status()).toBe(401);
    expect(complaints).toEqual([]);
  });

  it('[D21] creates a user, resets the password, gives another role and disables', async () => {
    const { page, complaints } = await stage.visit({ path: 'settings' });
    await page.getByLabel('User name').fill('lin');
    await page.getByRole('button', { name: 'Create user' }).click();
    const shown = page.getByRole('dialog', { name: 'Password of lin' });
    const first = await shown.locator('[data-secret]').textContent();
    await page.getByRole('button', { name: 'I have it' }).click();
    const row = page.locator('[data-user=lin]');
    await row.getByText('must change the password').waitFor();
    await row.getByRole('button', { name: 'Reset password of lin' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }).click();
    const second = await shown.locator('[data-secret]').textContent();
    expect(second).not.toBe(first);
    await page.getByRole('button', { name: 'I have it' }).click();
    const signIn = (password: string | null) =>
      fetch(`${stage.gateway.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: 'lin', password }),
      });
    expect((await signIn(first)).status).toBe(401);
    expect(await (await signIn(second)).json()).toMatchObject({ user: 'lin', mustChangePassword: true });
    await page.getByLabel('Role of lin').selectOption('reviewer');
    const lin = async () =>
      (
        await stage.api<{ items: { user: string; role: string; state: string }[] }>('/api/v1/users')
      ).items.find(({ user }) => user === 'lin');
    await soon(async () => (await lin())?.role).toBe('reviewer');
    await page.getByRole('button', { name: 'Disable lin' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await soon(async () => (await lin())?.state).toBe('disabled');
    expect(complaints).toEqual([]);
  });

  it('[D24] shows the settings in force and how each is changed', async () => {
    const { page, complaints } = await stage.visit({ path: 'settings' });
    const origins = page.locator('[data-setting="Allowed origins"]');
    await origins.waitFor();
    expect(await origins.textContent()).toContain(stage.gateway.url);
    await origins.getByRole('button', { name: 'Copy GREENLIGHT_ALLOWED_ORIGINS' }).waitFor();
    await page.getByText(/^\d+ limits$/).click();
    await page.getByRole('button', { name: 'Copy limits.heartbeatMs' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
