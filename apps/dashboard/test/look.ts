/** Looks at what is open as people and assistive technology do, and keeps pictures of it. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Visitor } from './stage.ts';

const shots = process.env['GREENLIGHT_SCREENSHOTS'] ?? (await mkdtemp(join(tmpdir(), 'greenlight-shots-')));
await mkdir(shots, { recursive: true });

/** A picture of the window as it is. */
export const keep = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(shots, `${name}.png`) });

/** In both themes and in a narrow window. */
export async function look({ page, complaints }: Visitor, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await keep(page, `${name}-${colorScheme}`);
    const axe = new AxeBuilder({ page });
    // The theme changes colours and nothing else.
    const { violations } = await (colorScheme === 'dark' ? axe.withRules('color-contrast') : axe).analyze();
    const told = violations.map(
      ({ id, nodes }) =>
        `${name} ${colorScheme}: ${id} at ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    );
    expect(told).toEqual([]);
  }
  await page.setViewportSize({ width: 375, height: 740 });
  await keep(page, `${name}-narrow`);
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(`${name}: ${tooWide} px too wide`).toBe(`${name}: 0 px too wide`);
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(complaints).toEqual([]);
}
