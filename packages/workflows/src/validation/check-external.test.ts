import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isInnerAddress } from './address-guard.ts';
import { makeTree, places, reportOn } from './testing/tree.ts';

type Site = AsyncDisposable & { readonly url: string; readonly asked: string[] };

async function serve(listener: RequestListener): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('external links', () => {
  it('[V14] are not asked unless it was asked for', async () => {
    await using site = await serve((_, response) => response.end());
    await using tree = await makeTree({ 'a.md': `# Page\n\n[a](${site.url}/a)\n` });
    await reportOn(tree, {}, { allowPrivateAddresses: true });
    expect(site.asked).toEqual([]);
  });

  it('are asked once each, HEAD first, and reported where they stand', async () => {
    await using site = await serve((request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname;
      const status = { '/gone': 410, '/none': 404, '/error': 503, '/secret': 403 }[path] ?? 200;
      if (path === '/no-head' && request.method === 'HEAD') response.writeHead(405).end();
      else if (path === '/old') response.writeHead(301, { location: '/new' }).end();
      else if (path === '/for-now') response.writeHead(302, { location: '/new' }).end();
      else if (path === '/round') response.writeHead(302, { location: '/round' }).end();
      else if (path === '/cut') request.socket.destroy();
      else response.writeHead(status).end();
    });
    const link = (path: string): string => `[a](${site.url}${path})`;
    const lines = [
      '/ok#x',
      '/ok#y',
      '/gone',
      '/none',
      '/error',
      '/secret',
      '/no-head',
      '/old#part',
      '/for-now',
      '/round',
      '/cut',
    ];
    await using tree = await makeTree({
      'a.md': `# Page\n\n${lines.map(link).join('\n')}\n`,
      'b.md': `# Page\n\n${link('/none')}\n`,
    });
    const report = await reportOn(tree, { external: true }, { allowPrivateAddresses: true });
    expect(places(report.findings)).toEqual([
      'a.md:5:5 external/broken',
      'a.md:6:5 external/broken',
      'a.md:7:5 external/server-error',
      'a.md:8:5 external/unverified',
      'a.md:10:5 external/redirected',
      'a.md:12:5 external/broken',
      'a.md:13:5 external/unreachable',
      'b.md:3:5 external/broken',
    ]);
    expect(site.asked.filter((asked) => asked === 'HEAD /ok')).toEqual(['HEAD /ok']);
    expect(site.asked.filter((asked) => asked.endsWith('/none'))).toEqual(['HEAD /none', 'GET /none']);
    expect(report.recommendations).toMatchObject([
      { title: 'Follow moved addresses (1 place)', edits: [{ text: `${site.url}/new#part` }] },
    ]);
  });

  it('are given up after the timeout', async () => {
    await using site = await serve(() => undefined);
    await using tree = await makeTree({ 'a.md': `# Page\n\n[a](${site.url}/)\n` });
    const report = await reportOn(tree, { external: { timeoutMs: 100 } }, { allowPrivateAddresses: true });
    expect(places(report.findings)).toEqual(['a.md:3:5 external/timeout']);
  });

  it('are asked for at most so many at a time, in all and of one host', async () => {
    let now = 0;
    let most = 0;
    await using site = await serve((_, response) => {
      most = Math.max(most, ++now);
      setImmediate(() => {
        now--;
        response.end();
      });
    });
    const links = Array.from({ length: 40 }, (_, index) => `[a](${site.url}/${index})`);
    await using tree = await makeTree({ 'a.md': `# Page\n\n${links.join('\n')}\n` });
    await reportOn(tree, { external: { perHost: 3 } }, { allowPrivateAddresses: true });
    expect(site.asked.length).toBe(40);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('beyond the limit are counted and not asked', async () => {
    await using site = await serve((_, response) => response.end());
    await using tree = await makeTree({
      'a.md': `# Page\n\n[a](${site.url}/1) [b](${site.url}/2) [c](${site.url}/3)\n`,
    });
    const report = await reportOn(tree, { external: { maxUrls: 2 } }, { allowPrivateAddresses: true });
    expect(places(report.findings)).toEqual(['a.md:1:1 external/not-asked']);
    expect(site.asked.length).toBe(2);
  });

  it('[V14] never lead to private addresses: not by number, by name, or by redirect', async () => {
    await using site = await serve((_, response) => response.end());
    const { port } = new URL(site.url);
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '2130706433',
      '0x7f.1',
      '169.254.169.254',
    ];
    const links = hosts.map((host) => `[a](http://${host}:${port}/)`);
    await using tree = await makeTree({ 'a.md': `# Page\n\n${links.join('\n')}\n` });
    const report = await reportOn(tree, { external: true });
    expect(report.findings.map(({ rule }) => rule)).toEqual(hosts.map(() => 'external/private-address'));
    expect(site.asked).toEqual([]);
  });

  it('[V14] knows an inner address in each way of writing it', () => {
    for (const inner of [
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:10.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '224.0.0.1',
      'no address',
    ])
      expect([inner, isInnerAddress(inner)]).toEqual([inner, true]);
    for (const outer of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])
      expect([outer, isInnerAddress(outer)]).toEqual([outer, false]);
  });
});
