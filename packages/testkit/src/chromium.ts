/** A real browser: the one that is named in CHROMIUM, else where Debian installs it. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why browser tests cannot run here; null when they can. */
export const noChromium: string | null = existsSync(path) ? null : `there is no Chromium at ${path}`;

/** With further command line flags, if any. */
export const launch = (flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...flags,
    ],
  });
