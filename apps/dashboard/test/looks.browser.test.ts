import { gzipSync } from 'node:zlib';
import type { RunSnapshot, RunState } from '@greenlight/protocol/run';
import type { Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
import { BROKEN, CLEAN, many } from './documents.ts';
import { keep, look } from './look.ts';
import { runState, setStage, soon, startThroughDialog, type Stage } from './stage.ts';

const MOST_SCRIPT = 150_000;
/** As long as the name of a user may be. */
const LONG = 'a-very-long-name'.repeat(4);

/** Looking is work, and the machine may be busy. */
const SLOW = { timeout: 180_000 };

describe.skipIf(noChromium !== null)('how the page looks, to eyes and to assistive technology', SLOW, () => {
  let stage: Stage;
  let run: string;
  beforeAll(async () => {
    stage = await setStage();
    await stage.write({ ...CLEAN, ...BROKEN, ...many(150) });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  /** One run in each of the states that a run can rest in. */
  async function pastRuns(): Promise<void> {
    const start = async (input: object): Promise<string> =>
      (await stage.api<RunSnapshot>('/api/v1/workflows', { kind: 'validation', input })).id;
    const until = (id: string, state: RunState) =>
      soon(async () => (await stage.api<RunSnapshot>(`/api/v1/workflows/${id}`)).state).toBe(state);
    await until(await start({ paths: ['docs'], profile: 'strict' }), 'completed');
    await until(await start({ paths: ['docs'], truth: 'no-such-file.yaml' }), 'failed');
    const cancelled = await start({ paths: ['many'] });
    await until(cancelled, 'running');
    await stage.api(`/api/v1/workflows/${cancelled}/cancel`, {});
    await until(cancelled, 'cancelled');
    const paused = await start({ paths: ['many', 'docs'] });
    await until(paused, 'running');
    await stage.api(`/api/v1/workflows/${paused}/pause`, {});
    await until(paused, 'paused');
  }

  it('[D11] [D12] the sign-in form', async () => {
    const visitor = await stage.stranger();
    await visitor.page.goto(`${stage.gateway.url}/dashboard/`);
    await visitor.page.getByLabel('Sign-in code or link').waitFor();
    await look(visitor, 'sign-in');
  });

  it('[D11] [D12] the overview before and while something runs, the dialog and the light', async () => {
    const visitor = await stage.visit();
    const { page } = visitor;
    await page.getByText('Start with the docs you have').waitFor();
    await look(visitor, 'first-run');
    await pastRuns();
    await page.getByRole('button', { name: 'New validation' }).click();
    await look(visitor, 'start');
    await page.keyboard.press('Escape');
    run = await startThroughDialog(page, 'docs\nmany');
    await page.locator('[data-progress]', { hasText: /[1-9]\d+ of 153 files/ }).waitFor();
    await look(visitor, 'run-live');
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await page.locator('[data-feed] li').first().waitFor();
    await look(visitor, 'overview');
    await page.locator('[data-light]').click();
    await page.getByText(`pid ${stage.gateway.pid}`).waitFor();
    await look(visitor, 'light');
  });

  it('[D11] [D12] a finished run, each of its tabs', async () => {
    const visitor = await stage.visit({ path: `runs/${run}` });
    const { page } = visitor;
    await runState(page, 'completed');
    await page.locator('[data-finding]').first().waitFor();
    await look(visitor, 'run');
    for (const tab of ['Recommendations', 'Events', 'Input and output']) {
      await page.getByRole('tab', { name: tab }).click();
      await look(visitor, `run-${tab.split(' ')[0]?.toLowerCase()}`);
    }
    await page.getByRole('button', { name: 'Report' }).click();
    await look(visitor, 'run-report');
  });

  it('[D11] [D12] runs, review, and what is not there', async () => {
    const visitor = await stage.visit({ path: 'runs' });
    const { page } = visitor;
    await page.locator('[data-run]').first().waitFor();
    await look(visitor, 'runs');
    await page.getByRole('link', { name: 'Review' }).first().click();
    await page.locator('[data-recommendation]').waitFor();
    await look(visitor, 'review');
    await page.goto(`${stage.gateway.url}/dashboard/runs/wf_00000000000000000000`);
    await page.getByText('There is no such run').waitFor();
    await look(visitor, 'no-such-run');
    await page.goto(`${stage.gateway.url}/dashboard/nowhere`);
    await page.getByText('There is no page at this address').waitFor();
    await look(visitor, 'not-found');
  });

  it('[D11] [D12] handshakes, connections and settings', async () => {
    const visitor = await stage.visit({ path: 'handshakes' });
    const { page } = visitor;
    await fetch(`${stage.gateway.url}/api/v1/workflows`);
    await page.locator('[data-attempt][data-outcome=refused]').first().getByRole('button').first().click();
    await look(visitor, 'handshakes');
    await page.getByRole('button', { name: 'Refusals by code' }).click();
    await page.locator('[data-refusal-group]').first().waitFor();
    await look(visitor, 'refusals');
    await page.getByRole('link', { name: 'Connections' }).first().click();
    await page.locator('[data-connection]').first().waitFor();
    await look(visitor, 'connections');
    await stage.api('/api/v1/users', { user: 'grace', name: 'Grace Hopper', role: 'operator' });
    await stage.api('/api/v1/users', { user: 'ada', name: 'Ada Lovelace', role: 'reviewer' });
    await page.getByRole('link', { name: 'Settings' }).first().click();
    await page.locator('[data-user=grace]').waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    await keep(page, 'settings-people');
    await stage.api('/api/v1/users', { user: LONG, name: 'W'.repeat(200), role: 'reviewer' });
    await page.reload();
    await page.locator(`[data-user="${LONG}"]`).waitFor();
    await look(visitor, 'settings');
    await page.locator('[data-in-force]').scrollIntoViewIfNeeded();
    await page.getByText(/^\d+ limits$/).click();
    await look(visitor, 'settings-in-force');
  });

  it('[D12] is served with a policy that allows no inline script or style', async () => {
    const answer = await fetch(`${stage.gateway.url}/dashboard/`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self'(?:;|$)/);
    expect(policy).toMatch(/style-src 'self'(?:;|$)/);
  });

  it.each(['', 'runs', 'review', 'run'])(
    '[D13] loads little script on its first visit: /%s',
    async (path) => {
      const { page } = await stage.stranger({
        storageState: await (await stage.visit()).context.storageState(),
      });
      const scripts: Promise<Buffer>[] = [];
      const take = (response: Response): void => {
        if (response.url().endsWith('.js')) scripts.push(response.body());
      };
      page.on('response', take);
      await page.goto(`${stage.gateway.url}/dashboard/${path === 'run' ? `runs/${run}` : path}`);
      await page.locator('[data-light=live]').waitFor();
      page.off('response', take);
      const weight = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0);
      expect(weight).toBeGreaterThan(50_000);
      expect(weight).toBeLessThanOrEqual(MOST_SCRIPT);
    },
  );

  it('[D11] [D12] the page when it is not live', async () => {
    const visitor = await stage.visit();
    await visitor.page.locator('[data-feed] li').first().waitFor();
    await stage.gateway.kill();
    await visitor.page.locator('[data-as-of]').waitFor();
    await look(visitor, 'not-live');
    await stage.gateway.restart();
  });
});
