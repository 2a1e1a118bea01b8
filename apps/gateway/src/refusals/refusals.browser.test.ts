/**
 * The refusal matrix as a page in a real browser sees it, and docs/refusals.md, which is compared with what was seen, or
 * written with WRITE_REFUSALS=1.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { closeCodeOf } from '@greenlight/handshake/problem';
import { REFUSALS } from '@greenlight/handshake/refusals';
import { noChromium } from '@greenlight/testkit/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Addressed, addressed } from './testing/addressed.ts';
import { BEFORE_EXPLAINING, expectAgreement, traceOf } from './testing/agreement.ts';
import { type Bench, setBench } from './testing/bench.ts';
import { type Cell, CELLS } from './testing/cells.ts';
import { noPage, openPage, type PageSight, type Visitor } from './testing/page.ts';
import { seeWithRawSocket } from './testing/raw-socket.ts';
import { report, type Row } from './testing/report.ts';

const PAGE = new URL('../../../../docs/refusals.md', import.meta.url);

describe.skipIf(noChromium !== null)(
  `the refusal matrix in a browser${noChromium ? `: ${noChromium}` : ''}`,
  () => {
    let bench: Bench;
    let visitor: Visitor;
    const rows = new Map<Cell, Row>();
    beforeAll(async () => {
      visitor = await openPage();
      bench = await setBench(visitor.origin);
    });
    afterAll(async () => {
      await bench[Symbol.asyncDispose]();
      await visitor[Symbol.asyncDispose]();
    });

    const send = async ({ transport, provoke }: Cell): Promise<Addressed> =>
      addressed(bench, transport, await provoke(bench));

    it.each(CELLS)('[H12] $code over $transport', async (cell) => {
      const { code, transport } = cell;
      const raw = await send(cell);
      const curl = await seeWithRawSocket(raw);
      const trace = await expectAgreement(raw, code, curl);
      const request = await send(cell);
      const why = noPage(request);
      const page = why ?? (await visitor.see(request));
      rows.set(cell, { code, transport, curl, trace, page });
      if (typeof page !== 'string') await expectPage(request, cell, page);
    });

    it('is what docs/refusals.md says', async () => {
      const text = report(CELLS.flatMap((cell) => rows.get(cell) ?? []));
      if (process.env['WRITE_REFUSALS']) await writeFile(PAGE, text);
      expect(await readFile(PAGE, 'utf8')).toBe(text);
    });
  },
);

/** What can be seen agrees with the operator's trace, and what cannot be seen can be asked for. */
async function expectPage(request: Addressed, { code }: Cell, page: PageSight): Promise<void> {
  const { refusal, close, problem, status, asked } = page;
  const info = REFUSALS[code];
  // Headers that could not be read named no attempt.
  const trace = await traceOf(request, code, code === 'header_too_large' ? undefined : page.attempt);
  expect(trace).toMatchObject({ code, outcome: 'refused' });
  if (code === 'header_too_large')
    expect(JSON.parse(asked.body ?? '')).toMatchObject({ code: 'attempt_not_seen' });
  else
    expect(JSON.parse(asked.body ?? '')).toMatchObject({
      code,
      attempt: page.attempt,
      checked: trace.checked,
    });
  if (page.eventSource !== null) expect(page.eventSource).toBe(2);
  if (close) {
    const told = !BEFORE_EXPLAINING.includes(trace.stage) && code !== 'header_too_large';
    expect(refusal?.code ?? null).toBe(told ? code : null);
    expect(close).toEqual(
      told
        ? { code: closeCodeOf(info.status), reason: `${code} ${page.attempt}` }
        : { code: 1006, reason: '' },
    );
  } else if (status !== null) {
    // Chromium repeats a request that was misdirected (RFC 9110 section 15.5.20), and by then the id is in use.
    const attempt = code === 'host_not_allowed' ? problem?.attempt : page.attempt;
    expect(problem).toMatchObject({ code, status, attempt });
    expect(status).toBe(info.status);
    expect(page.headers.get('greenlight-attempt')).toBe(attempt);
  } else expect(['origin_not_allowed', 'header_too_large']).toContain(code);
}
