import { issueSimulatedToken } from '@greenlight/server/auth/simulated';
import { signWithSecret } from '@greenlight/server/auth/testing/issuer';
import { noChromium } from '@greenlight/testkit/chromium';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN, CLEAN } from './documents.ts';
import { type Front, startFront } from './front.ts';
import { look } from './look.ts';
import { type Provider, signInThere, startProvider } from './provider.ts';
import { runState, setStage, soon, startThroughDialog, type Stage, type Visitor } from './stage.ts';

const TOKEN_SECRET = 'Vq3w8-tokens-of-this-test-x0Zk4m7Rb9';
const SIMULATED_SECRET = 'Jd5n2-simulated-of-this-test-h8Ls1cTg';
const PASSWORD = 'a first password';
const LONG = 'somebody-with-a-name-that-is-as-long-as-any-name-may-ever-be-64x';

const token = (expiresInSeconds: number): Promise<string> =>
  signWithSecret(TOKEN_SECRET, {
    role: 'operator',
    exp: Math.floor(Date.now() / 1_000) + expiresInSeconds,
  });

async function popoverOf({ page }: Visitor): Promise<Locator> {
  await page.locator('[data-light]').click();
  return page.getByRole('dialog', { name: 'Connection' });
}

describe.skipIf(noChromium !== null)('who signs in how, and who is refused why', { timeout: 180_000 }, () => {
  let provider: Provider;
  let stage: Stage;
  beforeAll(async () => {
    provider = await startProvider();
    const { issuer } = provider;
    stage = await setStage({
      config: {
        oidc: {
          issuer,
          clientId: 'greenlight',
          clientSecret: 'a-secret-of-the-test-provider',
          roleClaim: 'groups',
          roles: { managers: 'admin' },
        },
        tokens: { secret: TOKEN_SECRET, clockSkewSeconds: 0 },
        simulatedSignIn: { secret: SIMULATED_SECRET },
        limits: { connectionsPerUser: 2 },
      },
    });
    await stage.write({ ...CLEAN, ...BROKEN });
    await provider.serve(`${stage.gateway.url}/api/v1/auth/oidc/callback`);
    for (const [user, role] of [
      ['carol', 'viewer'],
      ['grace', 'operator'],
      [LONG, 'operator'],
    ])
      await stage.api('/api/v1/users', { user, role, password: PASSWORD, mustChangePassword: false });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  });

  const withPassword = async (user: string, path = ''): Promise<Visitor> => {
    const visitor = await stage.stranger();
    await visitor.page.goto(`${stage.gateway.url}/dashboard/${path}`);
    await visitor.page.getByLabel('User', { exact: true }).fill(user);
    await visitor.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    return visitor;
  };

  it('[D19] [D22] signs in with the provider and comes back to where one was', async () => {
    const visitor = await stage.stranger();
    const { page } = visitor;
    await page.goto(`${stage.gateway.url}/dashboard/runs?state=failed`);
    await page.getByRole('region', { name: 'Simulated sign-in' }).waitFor();
    await look(visitor, 'sign-in-ways');
    await page.getByRole('link', { name: 'Sign in with your identity provider' }).click();
    await signInThere(page, 'boss');
    await page.locator('[data-light=live]').waitFor();
    expect(page.url()).toBe(`${stage.gateway.url}/dashboard/runs?state=failed`);
    expect(await page.getByRole('button', { name: 'Account' }).first().textContent()).toContain('The boss');
  });

  it('[D4] [D22] tells why the provider’s sign-in failed here, and lets try again', async () => {
    const visitor = await stage.stranger();
    const { page } = visitor;
    await page.goto(`${stage.gateway.url}/dashboard/review?state=approved`);
    await page.getByRole('link', { name: 'Sign in with your identity provider' }).click();
    await signInThere(page, 'carol');
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    const alert = page.getByRole('alert');
    const attempt = new URL(page.url()).searchParams.get('attempt') ?? 'none';
    const told = await (await fetch(`${stage.gateway.url}/api/v1/handshakes/${attempt}`)).json();
    const { code, detail, fix } = told as { code: string; detail: string; fix: string };
    await alert.getByText(detail).waitFor();
    const text = await alert.textContent();
    for (const part of [code, fix, attempt]) expect(text).toContain(part);
    await page.getByRole('link', { name: 'Try again with your identity provider' }).waitFor();
    await look(visitor, 'sign-in-failed');
    await page.getByLabel('User', { exact: true }).fill('carol');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.locator('[data-light=live]').waitFor();
    expect(page.url()).toBe(`${stage.gateway.url}/dashboard/review?state=approved`);
  });

  it('[D23] marks whoever is simulated, and what they start and decide', async () => {
    const visitor = await stage.stranger();
    const { page, complaints } = visitor;
    await page.goto(`${stage.gateway.url}/dashboard/`);
    await page
      .getByRole('textbox', { name: 'Simulated token' })
      .fill(await issueSimulatedToken(SIMULATED_SECRET, { user: 'probe', role: 'operator' }));
    await page.getByRole('button', { name: 'Sign in as somebody simulated' }).click();
    await page.locator('[data-light=live]').waitFor();
    await page.locator('header [data-simulated]').waitFor();
    const id = await startThroughDialog(page, 'docs');
    await runState(page, 'completed');
    await page.locator('[data-run-state] [data-simulated]').first().waitFor();
    await page.getByRole('tab', { name: 'Recommendations' }).click();
    const card = page.locator('[data-recommendation]').first();
    await card.getByRole('button', { name: 'Approve' }).click();
    await card.locator('[data-simulated]').waitFor();
    await look(visitor, 'simulated-run');
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    await page.locator(`[data-run="${id}"] [data-simulated]`).waitFor();
    await page.getByRole('link', { name: 'Handshakes' }).first().click();
    await page.locator('[data-attempt] [data-simulated]').first().waitFor();
    await page.getByRole('link', { name: 'Connections' }).first().click();
    await page.locator('[data-connection] [data-simulated]').first().waitFor();
    await look(visitor, 'simulated-connections');
    await page.getByRole('link', { name: 'Settings' }).first().click();
    await page.locator('[data-setting="Simulated sign-in"]').getByText('on: for tests only').waitFor();
    expect(await page.content()).not.toContain(SIMULATED_SECRET);
    expect(complaints).toEqual([]);
  });

  it('[D2] [D4] asks for a new password in the popover, and goes on', async () => {
    const visitor = await withPassword('grace');
    const { page } = visitor;
    await page.locator('[data-light=live]').waitFor();
    await fetch(`${stage.gateway.url}/api/v1/users/grace`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${stage.gateway.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mustChangePassword: true }),
    });
    await page.locator('[data-light]', { hasText: 'Refused: password change required' }).waitFor();
    const popover = await popoverOf(visitor);
    await popover.getByText('password_change_required').waitFor();
    await look(visitor, 'light-password');
    await popover.getByLabel('Password now').fill(PASSWORD);
    await popover.getByLabel('New password').fill('quite another password');
    await popover.getByRole('button', { name: 'Change the password' }).click();
    await page.locator('[data-light=live]').waitFor();
  });

  it('[D2] [D4] says that there are too many connections, and goes on when there is room', async () => {
    const [first, second] = [await withPassword(LONG), await withPassword(LONG)];
    await first.page.locator('[data-light=live]').waitFor();
    await second.page.locator('[data-light=live]').waitFor();
    const third = await withPassword(LONG, 'connections');
    const light = third.page.locator('[data-light=reconnecting]', { hasText: 'too many connections' });
    await light.waitFor();
    const popover = await popoverOf(third);
    await popover.getByText('Close connections that are not needed').waitFor();
    await popover.getByRole('link', { name: 'Your connections' }).waitFor();
    await third.page.locator('[data-connection]').nth(1).waitFor();
    await look(third, 'light-too-many');
    await first.context.close();
    await third.page.locator('[data-light=live]').waitFor();
  });

  describe('behind a proxy that adds the token', () => {
    let front: Front;
    beforeAll(async () => {
      front = await startFront(stage.gateway.url, await token(3_600));
    });
    afterAll(() => front?.[Symbol.asyncDispose]());

    it('[D2] [D4] counts down to the end of a token, then tells that it has expired', async () => {
      front.token = await token(110);
      const visitor = await stage.stranger();
      const { page } = visitor;
      await page.goto(`http://127.0.0.1:${front.port}/dashboard/`);
      await page.locator('[data-light=live]', { hasText: /Live, sign-in ends in \d+ s/ }).waitFor();
      const popover = await popoverOf(visitor);
      await popover.getByText(/counts for \d+ more seconds/).waitFor();
      await page.keyboard.press('Escape');
      front.token = await token(-60);
      front.cut();
      await page.locator('[data-light=refused]', { hasText: 'Refused: token expired' }).waitFor();
      await popoverOf(visitor);
      await popover.getByText('Get a fresh token and connect again with it.').waitFor();
      await popover.getByRole('link', { name: 'Sign in again' }).waitFor();
      await look(visitor, 'light-token');
      front.token = await token(3_600);
      await popover.getByRole('button', { name: 'Retry' }).click();
      await page.locator('[data-light=live]', { hasText: /^Live$/ }).waitFor();
      await popover.getByText('Last refusal').waitFor();
      expect(await popover.textContent()).not.toContain('Refused because');
    });

    it('[D2] [D4] names the origin of a page that may not connect', async () => {
      front.token = await token(3_600);
      const visitor = await stage.stranger();
      const { page } = visitor;
      const origin = `http://elsewhere.localhost:${front.port}`;
      await page.goto(`${origin}/dashboard/`);
      await page.locator('[data-light=refused]', { hasText: 'Refused: origin not allowed' }).waitFor();
      const popover = await popoverOf(visitor);
      await popover.getByText('GREENLIGHT_ALLOWED_ORIGINS').waitFor();
      expect(await popover.locator('[data-origin]').textContent()).toBe(origin);
      await look(visitor, 'light-origin');
      await popover.getByRole('link', { name: 'The ladder of this attempt' }).click();
      const rung = page.locator('[data-stage=origin]');
      await soon(() => rung.getAttribute('data-outcome')).toBe('failed');
    });
  });
});
