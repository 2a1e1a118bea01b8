/** The refusal matrix, without a browser: every code on every transport where it can occur, as two observers see it. */
import { existsSync } from 'node:fs';
import { type RefusalCode, REFUSAL_CODES } from '@greenlight/protocol/codes';
import { PAGE } from '@greenlight/server/http/testing/start-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressed } from './testing/addressed.ts';
import { expectAgreement } from './testing/agreement.ts';
import { type Bench, setBench } from './testing/bench.ts';
import { CELLS, WHY_NOT } from './testing/cells.ts';
import { noNodeClient, seeWithNodeClient } from './testing/node-client.ts';
import { seeWithRawSocket } from './testing/raw-socket.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await setBench(PAGE);
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('the refusal matrix', () => {
  it.each(CELLS)('[H2] $code over $transport: raw bytes', async ({ code, transport, provoke }) => {
    const request = await addressed(bench, transport, await provoke(bench));
    await expectAgreement(request, code, await seeWithRawSocket(request));
  });
});

describe('the refusal matrix for a Node client, less the cells that none can send: fetch names the Host of its URL, ws offers each subprotocol once', () => {
  it.for(CELLS)(
    '[H2] $code over $transport: a Node client',
    async ({ code, transport, provoke }, { skip }) => {
      const request = await addressed(bench, transport, await provoke(bench));
      const why = noNodeClient(request);
      skip(why !== null, why ?? '');
      await expectAgreement(request, code, await seeWithNodeClient(request));
    },
  );
});

describe('the table of recipes', () => {
  it.each(REFUSAL_CODES)('%s has a page', (code: RefusalCode) => {
    const page = new URL(`../../../../docs/codes/${code}.md`, import.meta.url);
    expect(existsSync(page)).toBe(true);
  });

  it('says why where there is nothing to provoke', () => {
    for (const { code, transport, why } of WHY_NOT)
      expect(why, `${code} over ${transport}`).toMatch(/^[A-Z].{20,}\.$/);
  });
});
