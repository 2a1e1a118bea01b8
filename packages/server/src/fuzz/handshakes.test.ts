/** Whatever is sent as a request: answered with the right code, once, or hung up on. */
import { connect } from 'node:net';
import { REFUSAL_CODES, REQUEST_ERROR_CODES } from '@greenlight/protocol/codes';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../testing/stage.ts';
import { SEED, staysFlat, stillStands } from './testing/hold.ts';

const PATIENT = { timeout: 30_000 };
const RUNS = 300;
const CODES: readonly string[] = [
  ...REQUEST_ERROR_CODES,
  ...REFUSAL_CODES.filter((code) => code !== 'internal_error'),
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    limits: { attemptsPerMinute: 1e6, lookupsPerMinute: 1e6, handshakesPerSecond: 1e6 },
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Sends the bytes, says that this was all, and reads to the end. */
async function say(bytes: string): Promise<string> {
  const socket = connect({ port: stage.port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  const ended = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve());
  });
  socket.end(bytes, 'latin1');
  await ended;
  return answer;
}

type Answer = { readonly status: number; readonly body: string };

/** Every answer in what was read; fails on anything that is none. */
function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; rest !== '';) {
    const head = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*\r\n(?:[\w-]+: [^\r\n]*\r\n)*\r\n/.exec(rest);
    expect(head, rest.slice(0, 500)).not.toBeNull();
    const [all = '', status] = head ?? [];
    const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(all)?.[1] ?? Number.NaN);
    const body = rest.slice(all.length, Number.isNaN(length) ? undefined : all.length + length);
    answers.push({ status: Number(status), body });
    rest = Number.isNaN(length) ? '' : rest.slice(all.length + length);
  }
  return answers;
}

function check(text: string): Answer[] {
  const answers = answersIn(text);
  for (const { status, body } of answers) {
    expect(status, body).not.toBe(500);
    // Of HEAD there is no body.
    if (status < 400 || body === '') continue;
    const problem = JSON.parse(body) as { code: string; status: number };
    expect(CODES).toContain(problem.code);
    expect(problem.status).toBe(status);
  }
  return answers;
}

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const soup = (maxLength: number) => fc.array(byte, { maxLength }).map((bytes) => bytes.join(''));
const nonsense = fc.constantFrom(
  '%',
  '%zz',
  '%00',
  '%0d%0a',
  '%c0%af',
  '%ff',
  '%u0041',
  '..',
  '//',
  '%2e%2e%2f',
  '\xe9',
  '\x7f',
  ';',
  '#',
  '?',
  '&',
  '=',
  '[',
  '{',
  '\\',
);
const paths = [
  '/',
  '/ws',
  '/ws/test',
  '/ws/orders',
  '/api/v1/ws',
  '/api/v1/sse',
  '/api/v1/poll',
  '/health/live',
  '/api/v1/auth/me',
  '/api/v1/handshakes/x',
  '/dashboard/',
  '/docs/codes/x',
  '/api/v1/channels/a/history',
  '/api/workflows',
];
const path = fc
  .tuple(fc.constantFrom(...paths), fc.array(fc.oneof(nonsense, soup(5)), { maxLength: 4 }))
  .map(([start, rest]) => start + rest.join('').replaceAll(/[\r\n ]/g, ''));
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'channels',
        'since',
        'wait',
        'attempt',
        'ticket',
        'lastEventId',
        'frames',
        '__proto__',
        'token',
        '',
      ),
      fc.oneof(nonsense, soup(10)),
    ),
    { maxLength: 3 },
  )
  .map((entries) => entries.map(([name, value]) => `${name}=${value.replaceAll(/[\r\n ]/g, '')}`).join('&'));
const target = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(path, query).map(([at, asks]) => (asks === '' ? at : `${at}?${asks}`)) },
  fc.constantFrom(
    '*',
    'http://127.0.0.1/health/live',
    'http://[::1/',
    'https://evil.example/ws',
    'evil.example:443',
    'HTTP://',
    '',
    'ws://127.0.0.1/ws',
    'http://127.0.0.1:99999/',
  ),
  soup(20),
);
const method = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH') },
  fc.constantFrom('CONNECT', 'TRACE', 'get', 'M-SEARCH', 'G\x00T', 'PRI', ''),
);
const version = fc.oneof(
  { weight: 8, arbitrary: fc.constant('HTTP/1.1') },
  fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/9.9', 'http/1.1', 'RTSP/1.0', ''),
);
const header = fc.oneof(
  fc.constantFrom(
    'Host: 127.0.0.1',
    'Host: evil.example',
    'Host:',
    'Host: a, b',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Upgrade: websocket, h2c',
    'Connection: Upgrade',
    'Connection: close, upgrade',
    'Connection: keep-alive',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Version: 8, 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Key: x',
    'Sec-WebSocket-Protocol: greenlight.v1',
    'Sec-WebSocket-Protocol: ,,',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
    'Origin: null',
    'Origin: https://app.example.com',
    'Content-Length: 5',
    'Content-Length: 6',
    'Content-Length: -1',
    'Content-Length: 1e9',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, identity',
    'Expect: 100-continue',
    'Expect: the-unexpected',
    'HTTP2-Settings: AAMAAABk',
    'Authorization: Bearer',
    'Authorization: Bearer \xe9',
    'Cookie: greenlight_8585=\x01',
    'Last-Event-ID: \xff',
    'X-Forwarded-For: 1.2.3.4',
    'Greenlight-Attempt: ' + 'a'.repeat(22),
    ' folded: before',
    'A: b\r\n folded',
    'A : b',
    ': no name',
    'A\x00B: c',
    'no colon',
    'A: b\nB: c',
    'A: b\rC: d',
  ),
  fc.tuple(soup(8), soup(20)).map(([name, value]) => `${name}: ${value}`),
  fc.integer({ min: 1_000, max: 20_000 }).map((length) => `X-Long: ${'x'.repeat(length)}`),
);
const body = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constantFrom(
    'hello',
    '5\r\nhello\r\n0\r\n\r\n',
    'ffffffffffffffffff\r\n',
    '-1\r\n',
    '5;ext="\r\n',
    '0\r\nTrailer: x\r\n\r\n',
  ),
  soup(40),
);
const request = fc
  .record({ method, target, version, headers: fc.array(header, { maxLength: 8 }), body })
  .map(
    ({ method, target, version, headers, body }) =>
      `${method} ${target} ${version}\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n${body}`,
  );
/** Correct up to one thing, so that it gets further. */
const nearly = fc
  .tuple(target, fc.array(header, { maxLength: 3 }))
  .chain(([to, headers]) =>
    fc.constantFrom(
      `GET ${to} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n`,
      `GET ${to} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n`,
    ),
  );

describe(`handshakes, seed ${SEED}`, () => {
  it(
    '[H2] every attempt is answered with a code of the list, or not at all where there is nobody to answer',
    PATIENT,
    async () => {
      await staysFlat(stage, { cases: RUNS, kilobytesPerCase: 30 }, () =>
        fc.assert(
          fc.asyncProperty(fc.oneof(request, nearly, soup(200)), async (sent) => {
            check(await say(sent));
          }),
          { seed: SEED, numRuns: RUNS },
        ),
      );
      await stillStands(stage, stage.credential);
    },
  );

  it(
    '[H2] several in one go are each answered once, and none beyond one that cannot be read',
    PATIENT,
    async () => {
      const good = `GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 5 }), nearly, async (times, last) => {
          const answers = check(await say(good.repeat(times) + last));
          expect(answers.slice(0, times).map(({ status }) => status)).toEqual(Array(times).fill(200));
          expect(answers.length).toBeLessThanOrEqual(times + 1);
        }),
        { seed: SEED, numRuns: 100 },
      );
      await stillStands(stage, stage.credential);
    },
  );

  it.each([
    ['HTTP/0.9', 'GET /\r\n\r\n', 400, 'malformed_request'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed_request'],
    [
      'two lengths',
      'POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      400,
      'malformed_request',
    ],
    [
      'a length and chunks',
      'POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed_request',
    ],
    [
      'a header that is folded',
      'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n folded\r\n\r\n',
      400,
      'malformed_request',
    ],
    [
      'a bare line feed',
      'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\nC: d\r\n\r\n',
      400,
      'malformed_request',
    ],
    [
      'two hosts',
      'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n',
      400,
      'malformed_request',
    ],
    [
      'an authority as target',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
      405,
      'method_not_allowed',
    ],
    [
      'an absolute target elsewhere',
      'GET http://evil.example/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      421,
      'host_not_allowed',
    ],
    [
      'h2c',
      'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
      200,
      null,
    ],
    ['headers without end', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(10_000)}\r\n`, 431, 'header_too_large'],
  ] as const)('[H2, H5, H6] %s', async (_name, bytes, status, code) => {
    const [answer] = check(await say(bytes));
    expect(answer?.status).toBe(status);
    if (code !== null) expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code });
  });
});
