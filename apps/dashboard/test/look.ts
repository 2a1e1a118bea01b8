/** Looks at what is open as people and assistive technology do, and keeps pictures of it. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'vitest';
import type { Visitor } from './stage.ts';

const shots = process.env['GREENLIGHT_SCREENSHOTS'] ?? (await mkdtemp(join(tmpdir(), 'greenlight-shots-')));
await mkdir(shots, { recursive: true });

/** In both themes and in a narrow window. */
export async function look({ page, complaints }: Visitor, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.map(
      ({ id, nodes }) =>
        `${name} ${colorScheme}: ${id} at ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    );
    expect(told).toEqual([]);
  }
  await page.setViewportSize({ width: 375, height: 740 });
  await page.screenshot({ path: join(shots, `${name}-narrow.png`) });
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(`${name}: ${tooWide} px too wide`).toBe(`${name}: 0 px too wide`);
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(complaints).toEqual([]);
}
