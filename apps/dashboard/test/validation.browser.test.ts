import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Validation } from '@greenlight/protocol/review';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
import { BROKEN, CLEAN, HOSTILE_NAME, many } from './documents.ts';
import { runState, setStage, soon, startThroughDialog, type Stage } from './stage.ts';

/** Enough that nobody has to hurry to pause it. */
const MANY = 200;

describe.skipIf(noChromium !== null)('a validation in the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.write({ ...CLEAN, ...BROKEN, [HOSTILE_NAME]: '# <img src=x onerror=alert(1)>\n' });
    await stage.write(many(MANY));
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it('[D5] is started with one button on the first run, and ends with the numbers of the log', async () => {
    const { page, complaints } = await stage.visit();
    await page.getByRole('button', { name: 'Validate these docs' }).click();
    await runState(page, 'completed');
    const id = /wf_[0-9a-z]+/.exec(page.url())?.[0] ?? '';
    const run = await stage.api<RunSnapshot>(`/api/v1/workflows/${id}`);
    expect(run.progress).toMatchObject({ completed: 5, total: 5 });
    expect(await page.locator('[data-progress]').textContent()).toBe('5 of 5 files');
    await page.locator('[data-file]').nth(4).waitFor();
    expect(await page.locator('[data-file]').count()).toBe(5);

    const { items } = await stage.api<{ items: readonly Validation[] }>(`/api/v1/validations?workflow=${id}`);
    const findings = items.flatMap((item) => item.findings);
    expect(findings.some(({ file, line }) => file === 'docs/guide.md' && line === 10)).toBe(true);
    for (const { file, verdict } of items)
      expect(await page.locator(`[data-file=${JSON.stringify(file)}]`).getAttribute('data-verdict')).toBe(
        verdict,
      );
    const shown = await page.locator('[data-finding]').allTextContents();
    for (const { message } of findings) expect(shown.some((text) => text.includes(message))).toBe(true);
    expect(shown).toHaveLength(findings.length);
    expect(complaints).toEqual([]);
  });

  it('[D14] shows names and text from outside as text', async () => {
    const { page, complaints } = await stage.visit({ path: 'runs' });
    await page.locator('[data-run] a').first().click();
    await page.locator('[data-file^="docs/<img"]').waitFor();
    expect(await page.locator('[data-results] img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('[D7] finds a finding by text, and the same view by its address', async () => {
    const { page } = await stage.visit({ path: 'runs?state=completed&q=docs' });
    await page.locator('[data-run]').first().waitFor();
    expect(await page.getByLabel('Search runs').inputValue()).toBe('docs');
    await page.getByRole('button', { name: /^Failed/ }).click();
    await page.getByText('No run fits this filter').waitFor();
    expect(page.url()).toContain('state=failed');
    await page.goBack();
    await page.goto(`${stage.gateway.url}/dashboard/runs?state=completed`);
    await page.locator('[data-run] a').first().click();
    await page.getByLabel('Search results').fill('romms');
    await soon(() => page.locator('[data-file]').count()).toBe(1);
    await page.getByRole('tab', { name: /Events/ }).click();
    await page.getByLabel('Search events').fill('workflow.completed');
    await soon(() => page.locator('[data-event-log] li').count()).toBe(1);
    await page.reload();
    await page.getByLabel('Search events').waitFor();
  });

  it('downloads the report in three formats', async () => {
    const { page } = await stage.visit({ path: 'runs' });
    await page.locator('[data-run] a').first().click();
    await runState(page, 'completed');
    for (const [name, ending] of [
      ['JSON', '.json'],
      ['Markdown', '.md'],
      ['SARIF', '.sarif'],
    ] as const) {
      await page.getByRole('button', { name: 'Report' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name, exact: true }).click(),
      ]);
      expect(download.suggestedFilename().endsWith(ending)).toBe(true);
      expect(await readFile(await download.path(), 'utf8')).toContain('docs/guide.md');
    }
  });

  it('[D10] pauses, resumes and cancels for real', async () => {
    const { page, complaints } = await stage.visit();
    const id = await startThroughDialog(page, 'many');
    await page.getByRole('button', { name: 'Pause' }).click();
    await runState(page, 'paused');
    const paused = await stage.api<RunSnapshot>(`/api/v1/workflows/${id}`);
    expect(paused.state).toBe('paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await runState(page, 'running');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await runState(page, 'cancelled');
    const cancelled = await stage.api<RunSnapshot>(`/api/v1/workflows/${id}`);
    expect(cancelled.state).toBe('cancelled');
    expect(cancelled.progress.completed).toBeLessThan(MANY);
    expect(complaints).toEqual([]);
  });

  it('says what is wrong with the input, and keeps the dialog open', async () => {
    const { page } = await stage.visit();
    await page.getByRole('button', { name: 'New validation' }).click();
    const dialog = page.getByRole('dialog', { name: 'New validation' });
    await dialog.getByLabel('Documents').fill('  ');
    await dialog.getByRole('button', { name: 'Start validation' }).click();
    await dialog.getByText('Name at least one file').waitFor();
    await dialog.getByLabel('Documents').fill('x'.repeat(5_000));
    await dialog.getByRole('button', { name: 'Start validation' }).click();
    expect(await dialog.getByRole('alert').textContent()).toContain('invalid_input');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('[D15] brings one toast about a run that failed, with a link to it', async () => {
    const { page } = await stage.visit();
    const id = await startThroughDialog(page, 'docs');
    await runState(page, 'completed');
    const { page: other } = await stage.visit();
    const failed = await stage.api<RunSnapshot>('/api/v1/workflows', {
      kind: 'validation',
      input: { paths: ['docs'], truth: 'no-such-file.yaml' },
    });
    expect(failed.id).not.toBe(id);
    const toast = other.locator('[data-sonner-toast]', { hasText: 'A run failed' });
    await toast.waitFor();
    expect(await toast.count()).toBe(1);
    await toast.getByRole('button', { name: 'Open' }).click();
    await runState(other, 'failed');
    expect(other.url()).toContain(failed.id);
    expect(await other.locator('[data-count]').count()).toBe(0);
  });

  it('[D6] fills the feed from the log after a reload, newest first, each event once', async () => {
    const { page } = await stage.visit();
    const lines = async (): Promise<string[]> =>
      (await page.locator('[data-feed] li p').allTextContents()).map((line) => line.trim());
    await soon(async () => (await lines()).length).toBeGreaterThan(8);
    const before = await lines();
    expect(before.findIndex((line) => line.startsWith('Run failed'))).toBeLessThan(
      before.findLastIndex((line) => line.startsWith('Run created')),
    );
    const log = await stage.api<{ events: readonly { event: { type: string } }[] }>(
      '/api/v1/channels/workflows/history?limit=5000',
    );
    const created = log.events.filter(({ event }) => event.type === 'workflow.created').length;
    expect(before.filter((line) => line.startsWith('Run created'))).toHaveLength(created);
    await page.reload();
    await soon(lines).toEqual(before);
  });

  it('[D5] shows to a late visitor what the first one saw', async () => {
    const { page } = await stage.visit();
    const id = await startThroughDialog(page, 'docs');
    await runState(page, 'completed');
    const late = await stage.visit({ path: `runs/${id}` });
    await runState(late.page, 'completed');
    const facts = (p: typeof page) => p.getByRole('region', { name: 'Progress' }).locator('dl').innerText();
    const steady = async (p: typeof page) => (await facts(p)).replace(/\d+ (?:s|min) ago|just now/, '');
    expect(await steady(late.page)).toBe(await steady(page));
    await late.page.getByRole('tab', { name: /Events/ }).click();
    const head = await stage.api<{ head: number }>(`/api/v1/workflows/${id}/events?limit=1`);
    await soon(() => late.page.getByRole('tab', { name: /Events/ }).textContent()).toBe(`Events${head.head}`);
  });

  it('[D17] reviews with the keyboard, applies to the file, and takes it back', async () => {
    const file = join(stage.folder, 'docs/guide.md');
    const original = await readFile(file, 'utf8');
    const { page, complaints } = await stage.visit({ path: 'review' });
    const card = page.locator('[data-recommendation]');
    await card.waitFor();
    const first = await card.getAttribute('data-recommendation');
    await page.keyboard.press('j');
    await soon(() => card.getAttribute('data-recommendation')).not.toBe(first);
    await page.keyboard.press('k');
    await soon(() => card.getAttribute('data-recommendation')).toBe(first);
    await page.keyboard.press('a');
    await soon(() => card.getAttribute('data-recommendation')).not.toBe(first);

    await page.getByRole('button', { name: 'Approved' }).click();
    await soon(() => card.getAttribute('data-recommendation')).toBe(first);
    await page.keyboard.press('p');
    await soon(() => readFile(file, 'utf8')).not.toBe(original);
    await page.getByRole('button', { name: 'Applied' }).click();
    await soon(() => card.getAttribute('data-recommendation')).toBe(first);
    await card.getByRole('button', { name: 'Undo' }).click();
    await soon(() => readFile(file, 'utf8')).toBe(original);
    expect(complaints).toEqual([]);
  });

  it('[D16] tells whoever decides second that it was decided already', async () => {
    const [first, second] = [await stage.visit({ path: 'review' }), await stage.visit({ path: 'review' })];
    const card = second.page.locator('[data-recommendation]');
    await card.waitFor();
    // The second one's list gets no answers any more, so it still shows what the first one is about to decide.
    await second.page.route(/\/api\/v1\/recommendations\?/, (route) => route.abort());
    const id = await card.getAttribute('data-recommendation');
    await first.page.keyboard.press('r');
    const now = async () => stage.api<{ state: string }>(`/api/v1/recommendations/${id}`);
    await soon(async () => (await now()).state).toBe('rejected');
    await second.page.keyboard.press('a');
    await second.page.locator('[data-sonner-toast]', { hasText: 'That could not be done' }).waitFor();
    expect((await now()).state).toBe('rejected');
  });
});
