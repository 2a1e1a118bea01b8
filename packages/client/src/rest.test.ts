import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemRandom } from './clock.ts';
import { explainAttempt, postCommand } from './rest.ts';

const ATTEMPT = 'AAAAAAAAAAAAAAAAAAAAAA';
const PAGE = '<html><body>Not here</body></html>';

/** Something that answers everything with a page: a proxy without a backend, a hotel's sign-in, a wrong address. */
async function somebodyElse(status: number) {
  const server = createServer((_, response) => response.writeHead(status).end(PAGE)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { base, fetch, random: systemRandom, [Symbol.dispose]: () => server.close() };
}

describe('an answer that did not come from a Greenlight server', () => {
  it.each([404, 403, 502])('[K3] ends no attempt for good when it was asked why (%i)', async (status) => {
    using stranger = await somebodyElse(status);
    expect(await explainAttempt(ATTEMPT, stranger, 5_000)).toMatchObject({
      code: 'unreachable',
      retryable: true,
    });
  });

  it.each([200, 404])(
    '[K20] is a failure of the command, not a reply and not an exception (%i)',
    async (status) => {
      using stranger = await somebodyElse(status);
      const posted = postCommand({ type: 'ping' }, { token: 'secret' }, { ...stranger, repeatable: true });
      expect(await posted).toMatchObject({ ok: false, code: 'unreachable' });
    },
  );
});
