import { openLog } from '@greenlight/log/open-log';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '@greenlight/testkit/chromium';
import { setStage, soon, type Stage } from './stage.ts';

const RUNS = 12_000;

const idOf = (at: number): string => `wf_${String(at).padStart(20, '0')}`;

function pastRun(at: number): RunSnapshot {
  const time = new Date(Date.UTC(2026, 0, 1) + at * 1_000).toISOString();
  return {
    id: idOf(at),
    kind: 'validation',
    state: at % 50 === 0 ? 'failed' : 'completed',
    transition: 1,
    owner: 'ada',
    private: false,
    title: `Validate part-${at}`,
    input: {},
    createdAt: time,
    startedAt: time,
    endedAt: time,
    progress: { completed: 10, total: 10, unit: 'files' },
    steps: [],
    counts: { error: at % 7, warning: 0, info: 0 },
    autoResumed: 0,
  };
}

/** What that many runs would have left in the log's records. */
async function seed(data: string): Promise<void> {
  const log = await openLog({ folder: data });
  for (let at = 0; at < RUNS; at += 500) {
    const records = Array.from({ length: 500 }, (_, index) => {
      const value = pastRun(at + index);
      return { collection: 'runs', id: value.id, value };
    });
    expect(await log.append({ appends: [], records })).toMatchObject({ ok: true });
  }
  await log.close();
}

describe.skipIf(noChromium !== null)('a table of very many runs', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ seed });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it('holds them all, draws those in view, and finds any of them', async () => {
    const { page, complaints } = await stage.visit({ path: 'runs' });
    await page.getByText('12,000 runs', { exact: true }).waitFor();
    const rows = page.locator('[data-run]');
    await rows.first().waitFor();
    expect(await rows.count()).toBeLessThan(60);
    expect(await rows.first().getAttribute('data-run')).toBe(idOf(RUNS - 1));
    const table = page.getByRole('region', { name: 'Table of runs' });
    await table.focus();
    await page.keyboard.press('End');
    await page.locator(`[data-run=${idOf(0)}]`).waitFor();
    await page.getByLabel('Search runs').fill('part-775');
    await soon(() => page.locator('output').allTextContents()).toContain('11 runs');
    await page.getByRole('button', { name: /^Failed/ }).click();
    await soon(() => page.locator('output').allTextContents()).toContain('1 run');
    expect(await rows.getAttribute('data-run')).toBe(idOf(7_750));
    expect(complaints).toEqual([]);
  });
});
