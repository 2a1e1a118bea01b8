/** What is the same for every route: refusals, bodies, CORS, attempt ids. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isProblem, PAGE, startNode, type TestNode } from './testing/start-node.ts';

let node: TestNode;
let admin: string;
let viewer: string;
beforeAll(async () => {
  node = await startNode({ limits: { messageBytes: 2_000 } });
  admin = await node.key('admin');
  viewer = await node.key('viewer');
});
afterAll(() => node[Symbol.asyncDispose]());

/** The bytes as they are: `fetch` would tidy the path up. */
async function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(node.url).port), '127.0.0.1');
  socket.write(request);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('[R1] every error is a problem', () => {
  it.each([
    ['GET', '/nowhere', undefined, 404, 'route_not_found'],
    ['GET', '/api/v1/approvals', undefined, 404, 'route_not_found'],
    ['PUT', '/api/v1/keys', undefined, 405, 'method_not_allowed'],
    ['GET', '/api/v1/ws', undefined, 426, 'upgrade_required'],
    ['GET', '/ws/orders', undefined, 426, 'upgrade_required'],
    ['POST', '/api/v1/commands', '{"id":', 400, 'invalid_input'],
    ['POST', '/api/v1/commands', '', 400, 'invalid_input'],
    ['POST', '/api/v1/commands', 'x'.repeat(2_001), 413, 'too_large'],
    ['GET', '/api/v1/keys?', undefined, 200, null],
    ['GET', '/api/v1/channels/a,b/history', undefined, 400, 'invalid_input'],
    ['GET', '/api/v1/workflows?limit=0', undefined, 400, 'invalid_input'],
    ['GET', '/api/v1/workflows?limit=ten', undefined, 400, 'invalid_input'],
  ])('%s %s', async (method, path, body, status, code) => {
    const answer = await node.call(method, path, { key: admin, body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('greenlight-attempt')).toMatch(/^[\w-]{22}$/);
    if (code === null) return;
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body.code).toBe(code);
  });

  it('[R2] names the methods of a path', async () => {
    const answer = await node.call('PUT', '/api/v1/keys');
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
  });

  it('[R1] also when the log fails in the middle of it', async () => {
    await using broken = await startNode();
    const key = await broken.key('admin');
    const { log } = broken.services;
    const read = log.read.bind(log);
    log.read = () => Promise.reject(new Error('the disk is gone'));
    const answer = await broken.call('GET', '/api/v1/channels/orders/history', { key });
    log.read = read;
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body).toMatchObject({ status: 500, code: 'internal_error' });
    expect(answer.text).not.toContain('the disk is gone');
    expect(broken.logged.join('')).toContain('the disk is gone');
  });

  it('keeps a good attempt id of the client', async () => {
    const attempt = 'Zk0w3yq1V8mX2aP7rT5bNg';
    const answer = await node.call('GET', '/nowhere', { headers: { 'greenlight-attempt': attempt } });
    expect(answer.body.attempt).toBe(attempt);
  });
});

describe('credentials', () => {
  it('asks for one', async () => {
    const answer = await node.call('GET', '/api/v1/auth/me');
    expect(isProblem(answer)).toBe(true);
    expect(answer.body).toMatchObject({ status: 401, code: 'credential_missing' });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('refuses by role, and says which stage it was', async () => {
    const answer = await node.call('GET', '/api/v1/keys', { key: viewer });
    expect(answer.body).toMatchObject({ status: 403, code: 'channel_forbidden' });
    expect(answer.body.checked).toContainEqual({ stage: 'permission', outcome: 'failed' });
  });

  it('[R2] is not fooled by a path that leads elsewhere once it is tidied up', async () => {
    for (const path of [
      '/dashboard/../api/v1/keys',
      '/dashboard/%2e%2e/api/v1/keys',
      '/docs/../api/v1/keys',
    ]) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${node.host}\r\nConnection: close\r\n\r\n`);
      expect(answer, path).toMatch(/^HTTP\/1.1 (?:404|503) /);
      expect(answer, path).not.toContain('"items"');
    }
  });

  it('[R2] judges and runs an absolute target by the same path', async () => {
    const target = `http://${node.host}/health/live`;
    const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: ${node.host}\r\nConnection: close\r\n\r\n`);
    expect(answer).toContain('"status":"live"');
    const hidden = `http://${node.host}/api/v1/keys`;
    const refused = await raw(`GET ${hidden} HTTP/1.1\r\nHost: ${node.host}\r\nConnection: close\r\n\r\n`);
    expect(refused).toMatch(/^HTTP\/1.1 401 /);
  });
});

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('bodies', () => {
  it('[R3] are read as JSON whatever they are called', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = '{"id":1,"type":"ping"}';
    const answer = await node.call('POST', '/api/v1/commands', { key: admin, body, headers });
    expect(answer.body).toMatchObject({ id: 1, type: 'ok' });
  });

  it('[R3] may be sent in pieces, and too many pieces are too large', async () => {
    const head = [
      'POST /api/v1/commands HTTP/1.1',
      `Host: ${node.host}`,
      `Authorization: Bearer ${admin}`,
      'Connection: close',
      'Transfer-Encoding: chunked',
    ].join('\r\n');
    const few = [chunk('{"id":1,'), chunk('"type":"ping"}'), chunk('')].join('');
    expect(await raw(`${head}\r\n\r\n${few}`)).toContain('"type":"ok"');
    const many = [chunk('x'.repeat(1_500)), chunk('x'.repeat(1_500)), chunk('')].join('');
    expect(await raw(`${head}\r\n\r\n${many}`)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('[R3] that do not fit are answered with what does not fit', async () => {
    const answer = await node.call('POST', '/api/v1/keys', { key: admin, body: { name: 'a', role: 'king' } });
    expect(answer.body.code).toBe('invalid_input');
    expect(answer.body.detail).toMatch(/^In the body, "role": /);
  });
});

describe('CORS', () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };

  it('[R4] answers the preflight of an allowed origin', async () => {
    const answer = await node.call('OPTIONS', '/api/v1/keys', { headers: { origin: PAGE, ...preflight } });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
    });
  });

  it('[R4] refuses the preflight of another origin', async () => {
    const headers = { origin: 'https://evil.example', ...preflight };
    const answer = await node.call('OPTIONS', '/api/v1/keys', { headers });
    expect(answer.body).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([['/api/v1/auth/me'], ['/api/v1/workflows?limit=0'], ['/api/v1/channels']])(
    '[R4] lets the page read answer, refusal and error of %s',
    async (path) => {
      const headers = { origin: PAGE };
      for (const key of [undefined, viewer]) {
        const answer = await node.call('GET', path, { headers, ...(key !== undefined && { key }) });
        expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
        expect(answer.headers.get('access-control-expose-headers')).toContain('Greenlight-Attempt');
      }
    },
  );

  it('tells which methods a path has', async () => {
    const answer = await node.call('OPTIONS', '/health/live');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });
});

it('answers HEAD as GET, without the body', async () => {
  const answer = await node.call('HEAD', '/health/live');
  expect(answer.status).toBe(200);
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
  expect(answer.text).toBe('');
  const stream = await node.call('HEAD', '/api/v1/sse?channels=orders', { key: admin });
  expect(stream.status).toBe(200);
});
