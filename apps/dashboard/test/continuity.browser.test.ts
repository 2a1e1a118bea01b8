/** One page, one run, and a network that takes one transport after the other away and gives them back. */
import type { RunSnapshot } from '@greenlight/protocol/run';
import { noChromium } from '@greenlight/testkit/chromium';
import { type FaultProxy, startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { many } from './documents.ts';
import { keep } from './look.ts';
import { runState, setStage, soon, startThroughDialog, type Stage } from './stage.ts';

const DOCUMENTS = 360;
/** The slower the machine, the more often a better transport was tried in vain, and the later it is tried again. */
const PATIENT = { timeout: 120_000 };

/** What the page said, one after the other; nothing that it showed in between is missing. */
type Reading = {
  readonly light: string;
  readonly words: string;
  readonly isDated: boolean;
  readonly completed: number;
};

const startReading = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const readings: Reading[] = [];
    Object.assign(globalThis, { readings });
    const look = (): void => {
      const light = document.querySelector('[data-light]');
      readings.push({
        light: light?.getAttribute('data-light') ?? '',
        words: light?.textContent ?? '',
        isDated: document.querySelector('[data-as-of]') !== null,
        completed: parseInt(document.querySelector('[data-progress]')?.textContent ?? '0', 10),
      });
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
const readingsOf = (page: Page): Promise<readonly Reading[]> =>
  page.evaluate(() => (globalThis as unknown as { readings: readonly Reading[] }).readings);

const inTurn = <T>(values: readonly T[]): readonly T[] =>
  values.filter((value, at) => value !== values[at - 1]);

describe.skipIf(noChromium !== null)('the light, while transports are taken away', () => {
  let stage: Stage;
  let proxy: FaultProxy;
  beforeAll(async () => {
    // Long enough that a busy machine's heartbeats are not taken for silence.
    stage = await setStage({ config: { limits: { heartbeatMs: 3_000 } } });
    await stage.write(many(DOCUMENTS));
    proxy = await startFaultProxy(stage.gateway.url);
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  it('[D2] [D3] [D9] names the transport and why not a better one, and the numbers go on', async () => {
    const { page, complaints } = await stage.stranger({ viewport: { width: 1000, height: 640 } });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(stage.gateway.signInUrl.replace(stage.gateway.url, proxy.url));
    await page.locator('[data-light=live]').waitFor();
    const id = await startThroughDialog(page, 'many');
    const asRest = (): Promise<RunSnapshot> => stage.api<RunSnapshot>(`/api/v1/workflows/${id}`);
    await startReading(page);

    const shown = async (): Promise<number> =>
      parseInt((await page.locator('[data-progress]').textContent()) ?? '0', 10);
    const says = (words: string | RegExp): Promise<void> =>
      page.locator('[data-light] output', { hasText: words }).waitFor(PATIENT);
    /** However fast the machine is, the run is not over before its page has lived through everything. */
    const pausedAfter = async (completed: number): Promise<void> => {
      await expect.poll(async () => (await asRest()).progress.completed, PATIENT).toBeGreaterThan(completed);
      await stage.api(`/api/v1/workflows/${id}/pause`, {});
    };
    /** Goes on from the page, and sees the numbers grow. */
    const goesOn = async (): Promise<void> => {
      // A very fast machine has nothing left to count.
      if ((await asRest()).state === 'completed') return;
      await runState(page, 'paused');
      const before = await shown();
      await page.getByRole('button', { name: 'Resume' }).click();
      await soon(shown).toBeGreaterThan(before);
    };
    const details = async (name: string): Promise<string> => {
      await page.locator('[data-light]').click();
      const popover = page.getByRole('dialog', { name: 'Connection' });
      await popover.getByText(/^pid |· pid /).waitFor();
      const text = await popover.innerText();
      await keep(page, name);
      await page.keyboard.press('Escape');
      return text;
    };

    await soon(shown).toBeGreaterThan(5);
    expect(await details('continuity-1')).toMatch(/WebSocket · the best there is/);

    proxy.greet({ kind: 'strip-upgrade' });
    proxy.strike({ kind: 'cut' });
    await Promise.all([says('Live via SSE'), pausedAfter(80)]);
    await goesOn();
    expect(await details('continuity-2')).toMatch(
      /Transport\s+SSE\s.*Not WebSocket because.*pass on "Upgrade"/s,
    );

    proxy.greet({ kind: 'strip-upgrade' }, { kind: 'buffer-sse', bytes: 1_048_576 });
    proxy.strike({ kind: 'cut' });
    await says('Reconnecting');
    await keep(page, 'continuity-3');
    await Promise.all([says('Live via polling'), pausedAfter(170)]);
    await goesOn();
    expect(await details('continuity-4')).toMatch(/Transport\s+polling\s.*Not (?:WebSocket|SSE) because/s);

    proxy.heal();
    await Promise.all([says(/^Live$/), pausedAfter(260)]);
    await goesOn();
    expect(await details('continuity-5')).toMatch(/WebSocket · the best there is/);

    await runState(page, 'completed');
    const run = await asRest();
    expect(run.progress).toMatchObject({ completed: DOCUMENTS, total: DOCUMENTS });
    expect(await page.locator('[data-progress]').textContent()).toBe(`${DOCUMENTS} of ${DOCUMENTS} files`);
    await soon(() => page.getByRole('tab', { name: /Results/ }).textContent()).toBe(`Results${DOCUMENTS}`);
    const { head } = await stage.api<{ head: number }>(`/api/v1/workflows/${id}/events?limit=1`);
    await soon(() => page.getByRole('tab', { name: /Events/ }).textContent()).toBe(`Events${head}`);
    await keep(page, 'continuity-6');

    const readings = await readingsOf(page);
    const numbers = inTurn(readings.map(({ completed }) => completed));
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    for (const { light, words, isDated } of readings)
      expect(`${words}: ${isDated ? 'dated' : 'fresh'}`).toBe(
        `${words}: ${light === 'live' ? 'fresh' : 'dated'}`,
      );
    const said = readings.map(({ words }) => words.replace(/ in \d+ s$/, ''));
    expect(new Set(said)).toEqual(new Set(['Live', 'Live via SSE', 'Reconnecting', 'Live via polling']));
    expect(said.at(-1)).toBe('Live');
    expect(complaints).toEqual([]);
  }, 400_000);
});
