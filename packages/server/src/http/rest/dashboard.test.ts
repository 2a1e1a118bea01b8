import { symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startNode, type TestNode } from '../testing/start-node.ts';

const PAGE = '<!doctype html><title>The page</title>';
let node: TestNode;
beforeAll(async () => {
  node = await startNode({
    dashboard: {
      'index.html': PAGE,
      'icon.svg': '<svg/>',
      'workflow-overview.png': 'png',
      'assets/index-BxY12abc.js': 'export {}',
    },
  });
  await writeFile(join(node.dataFolder, 'secret.txt'), 'secret');
  await symlink(join(node.dataFolder, 'secret.txt'), join(node.dataFolder, 'page/link.txt'));
});
afterAll(() => node[Symbol.asyncDispose]());

it('leads to the page', async () => {
  for (const path of ['/', '/dashboard']) {
    const answer = await node.call('GET', path);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/dashboard/']);
  }
});

it('[R18] serves it with a strict policy', async () => {
  const { status, headers, text } = await node.call('GET', '/dashboard/');
  expect([status, text]).toEqual([200, PAGE]);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-cache');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  const policy = headers.get('content-security-policy') ?? '';
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ws://${node.host} wss://${node.host}`,
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ])
    expect(policy.split('; ')).toContain(rule);
  expect(policy).not.toContain('unsafe');
});

it('[R19] gives the page to every address within it', async () => {
  for (const path of ['/dashboard/runs', '/dashboard/runs/wf_1'])
    expect((await node.call('GET', path)).text).toBe(PAGE);
});

it('keeps what has a hash in its name for ever, and asks again for the rest', async () => {
  const hashed = await node.call('GET', '/dashboard/assets/index-BxY12abc.js');
  expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(hashed.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const plain = await node.call('GET', '/dashboard/workflow-overview.png');
  expect(plain.headers.get('cache-control')).toBe('no-cache');
  const headers = { 'if-none-match': plain.headers.get('etag') ?? '' };
  const again = await node.call('GET', '/dashboard/workflow-overview.png', { headers });
  expect([again.status, again.text]).toEqual([304, '']);
});

it('[R19] serves nothing that is not there or not in the folder', async () => {
  for (const path of [
    'none.js',
    'assets',
    'link.txt',
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    'assets/..%2f..%2fsecret.txt',
    'a%00.js',
    '%zz.js',
  ]) {
    const { text, status } = await node.call('GET', `/dashboard/${path}`);
    expect(text, path).not.toBe('secret');
    expect(path === 'assets' ? text : status, path).toBe(path === 'assets' ? PAGE : 404);
  }
  const socket = connect(Number(new URL(node.url).port), '127.0.0.1');
  socket.write(`GET /dashboard/../../secret.txt HTTP/1.1\r\nHost: ${node.host}\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1.1 404 /);
});

it('[R19] says how to build the page when it was not built', async () => {
  await using bare = await startNode();
  const { status, text } = await bare.call('GET', '/dashboard/');
  expect(status).toBe(503);
  expect(text).toContain('npm run build');
});
