/**
 * Makes the pictures of the documents anew: `npm run record`. Those of pages at work are taken of a server that
 * validates what lies in this repository, the others by the tests that look at the pages.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '@greenlight/testkit/chromium';
import { startGateway } from '@greenlight/testkit/start-gateway';
import { ensureBuilt } from './built-page.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PICTURES = join(ROOT, 'docs/screenshots');

/** Of all pictures that the tests take those that a document shows, each under its name there. */
const SHOWN = {
  'sign-in-ways-light': 'sign-in',
  'handshakes-light': 'handshakes',
  'settings-people': 'settings',
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((at) => [`continuity-${at}`, `continuity-${at}`])),
};

async function takeAtWork(): Promise<void> {
  await ensureBuilt();
  await using gateway = await startGateway();
  const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
  const browser = await launch();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  const keep = (name: string): Promise<unknown> => page.screenshot({ path: join(PICTURES, `${name}.png`) });
  const open = async (path: string): Promise<void> => {
    await page.goto(`${gateway.url}/dashboard/${path}`);
    await page.locator('[data-light=live]').waitFor();
  };
  async function validate(): Promise<string> {
    const input = { paths: ['docs', 'node_modules/**/README.md'] };
    const body = JSON.stringify({ kind: 'validation', input });
    const answer = await fetch(`${gateway.url}/api/v1/workflows`, { method: 'POST', headers, body });
    return ((await answer.json()) as { id: string }).id;
  }

  await page.goto(gateway.signInUrl);
  await page.locator('[data-light=live]').waitFor();
  await open(`runs/${await validate()}`);
  await page.locator('[data-progress]', { hasText: /^1\d\d of/ }).waitFor();
  await keep('run-live');
  await page.locator('[data-run-state=completed]').waitFor();
  await open('review');
  await page.locator('[data-recommendation]').waitFor();
  await keep('review');

  const channels = encodeURIComponent('workflows,recommendations');
  const stream = await fetch(`${gateway.url}/api/v1/sse?channels=${channels}`, { headers });
  const other = await context.newPage();
  await other.goto(`${gateway.url}/dashboard/runs`);
  await open('connections');
  await page.locator('[data-connection]').nth(2).waitFor();
  await keep('connections');

  const refused = await fetch(`${gateway.url}/api/v1/workflows`, {
    headers: { authorization: 'Bearer x.y.z' },
  });
  await refused.body?.cancel();
  await validate();
  await open('');
  await page.locator('[data-feed] li').first().waitFor();
  await page.getByText(/^[1-9]\d+ of \d+ files$/).waitFor();
  await keep('overview');
  await stream.body?.cancel();
  await browser.close();
}

function takeByTests(): number {
  const taken = mkdtempSync(join(tmpdir(), 'greenlight-pictures-'));
  const tests = ['looks', 'identity', 'continuity'].map(
    (name) => `apps/dashboard/test/${name}.browser.test.ts`,
  );
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'browser', ...tests],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, GREENLIGHT_SCREENSHOTS: taken } },
  );
  if (status === 0)
    for (const [from, to] of Object.entries(SHOWN))
      copyFileSync(join(taken, `${from}.png`), join(PICTURES, `${to}.png`));
  rmSync(taken, { recursive: true });
  return status ?? 1;
}

await takeAtWork();
process.exitCode = takeByTests();
