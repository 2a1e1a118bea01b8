/** Too much, too slowly, too small in appearance: closed early with the right code, and memory stays flat. */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Problem } from '@greenlight/protocol/problem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stillStands } from '../fuzz/testing/hold.ts';
import { handshakeBytes } from '../testing/handshake-server.ts';
import { createBareServer } from '../server.ts';
import { openNode } from '../testing/open-node.ts';
import { openStage, type Stage } from '../testing/stage.ts';

const HUNDRED_MEGABYTES = 104_857_600;
const CHUNK = Buffer.alloc(65_536, 'x');
const EVENT = {
  type: 'long',
  source: '/test',
  time: '2026-11-22T09:00:00.000Z',
  specversion: '1.0',
  data: 'x'.repeat(30_000),
} as const;
const PATIENT = { timeout: 60_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ limits: { unauthenticatedBytes: 10_000 } });
});
afterAll(() => stage[Symbol.asyncDispose]());

type Talk = {
  readonly socket: Socket;
  /** All that came, once the server has hung up. */
  readonly answer: Promise<string>;
};

function talk({ port }: Stage = stage): Talk {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  return { socket, answer: new Promise((resolve) => socket.on('close', () => resolve(answer))) };
}

/** Sends for as long as it is taken, at most so many bytes; gives how many that were. */
async function pour(socket: Socket, piece: Buffer, most: number): Promise<number> {
  let sent = 0;
  while (sent < most && socket.writable) {
    sent += piece.length;
    if (!socket.write(piece))
      await new Promise<void>((resolve) => {
        const goOn = (): void => {
          socket.off('drain', goOn).off('close', goOn);
          resolve();
        };
        socket.on('drain', goOn).on('close', goOn);
      });
  }
  return sent;
}

/** Of the close frame at the end, whose reason is `too_large` and an attempt id. */
const closeCodeIn = (answer: string): number =>
  Buffer.from(answer, 'latin1').readUInt16BE(answer.lastIndexOf('too_large ') - 2);

const problemIn = (answer: string): Problem =>
  JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Problem;
const head = (path: string, ...headers: readonly string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${stage.credential}`,
    ...headers,
    '\r\n',
  ].join('\r\n');

async function openSocket(credential: string | null = stage.credential): Promise<Talk> {
  const talking = talk();
  talking.socket.write(
    handshakeBytes({
      path: '/ws',
      headers: {
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
        'Sec-WebSocket-Protocol': 'greenlight.v1',
        Authorization: credential === null ? null : `Bearer ${credential}`,
      },
    }),
  );
  await new Promise((resolve) => talking.socket.once('data', resolve));
  return talking;
}

/** Masked with zeros. */
function frameHead(first: number, length: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes[0] = first;
  bytes[1] = 0x80 | 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** The most that heap and buffers grow while something is done, MB. */
async function growthOf(work: () => Promise<void>): Promise<number> {
  const before = used();
  let most = before;
  let working = true;
  const look = (): void => {
    most = Math.max(most, used());
    if (working) setImmediate(look);
  };
  look();
  await work();
  working = false;
  return most - before;
}

describe('too large', () => {
  it('[F6] a message of 100 MB ends its connection with 4413 before it is sent', PATIENT, async () => {
    const { socket, answer } = await openSocket();
    let sent = 0;
    const growth = await growthOf(async () => {
      socket.write(frameHead(0x81, HUNDRED_MEGABYTES));
      sent = await pour(socket, CHUNK, HUNDRED_MEGABYTES);
      expect(await answer).toMatch(/"type":"disconnect","code":"too_large".*too_large [\w-]{22}$/s);
    });
    expect(closeCodeIn(await answer)).toBe(4413);
    expect(sent).toBeLessThan(HUNDRED_MEGABYTES / 2);
    expect(growth).toBeLessThan(40);
  });

  it.each([
    ['of 16 kB', 16_000],
    ['of one byte', 1],
    ['of nothing', 0],
  ])('[F6] fragments %s without end end the connection with 4413', PATIENT, async (_name, length) => {
    const { socket, answer } = await openSocket();
    const fragment = (first: number): Buffer =>
      Buffer.concat([frameHead(first, length), Buffer.alloc(length, 'x')]);
    socket.write(fragment(0x01));
    const many = Buffer.concat(Array.from({ length: length > 1 ? 4 : 1_000 }, () => fragment(0x00)));
    const growth = await growthOf(async () => {
      const sent = await pour(socket, many, HUNDRED_MEGABYTES);
      expect(sent).toBeLessThan(HUNDRED_MEGABYTES);
    });
    expect(await answer).toMatch(/"type":"disconnect","code":"too_large".*too_large [\w-]{22}$/s);
    expect(closeCodeIn(await answer)).toBe(4413);
    expect(growth).toBeLessThan(40);
  });

  it('[H12, F7] whoever is not authenticated may say less', PATIENT, async () => {
    const { socket, answer } = await openSocket(null);
    socket.write(frameHead(0x81, 500_000));
    await pour(socket, CHUNK, 500_000);
    expect(await answer).toMatch(/"code":"too_large"/);
  });

  it.each([
    ['that says so', [`Content-Length: ${HUNDRED_MEGABYTES}`], CHUNK],
    [
      'in chunks',
      ['Transfer-Encoding: chunked'],
      Buffer.concat([Buffer.from('10000\r\n'), CHUNK, Buffer.from('\r\n')]),
    ],
  ])(
    '[R3] a body of 100 MB %s is answered with 413 before it is sent',
    PATIENT,
    async (_name, headers, piece) => {
      const { socket, answer } = talk();
      let sent = 0;
      const growth = await growthOf(async () => {
        socket.write(head('/api/v1/commands', ...headers));
        sent = await pour(socket, piece, HUNDRED_MEGABYTES);
        const said = await answer;
        expect(said).toMatch(/^HTTP\/1\.1 413 /);
        expect(problemIn(said)).toMatchObject({ code: 'too_large' });
      });
      expect(sent).toBeLessThan(HUNDRED_MEGABYTES / 2);
      expect(growth).toBeLessThan(60);
    },
  );
});

describe('compressed', () => {
  it('[F16] compression is never negotiated, and a frame that is compressed all the same is a mistake', async () => {
    const { socket, answer } = await openSocket();
    socket.write(Buffer.concat([Buffer.of(0xc1, 0x80 | 2, 0, 0, 0, 0), Buffer.from('{}')]));
    const said = await answer;
    expect(said).toMatch(/^HTTP\/1\.1 101 /);
    expect(said).not.toMatch(/sec-websocket-extensions/i);
    // 1002, protocol error.
    expect(said).toContain('\x88\x02\x03\xea');
  });

  it('[R3] a compressed body is refused with what to do, never unpacked', PATIENT, async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const growth = await growthOf(async () => {
      const response = await fetch(`${stage.url}/api/v1/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stage.credential}`, 'content-encoding': 'gzip' },
        body: bomb,
      });
      expect(response.status).toBe(400);
      const problem = (await response.json()) as Problem;
      expect(problem).toMatchObject({
        code: 'invalid_input',
        detail: expect.stringContaining('Content-Encoding'),
      });
    });
    expect(growth).toBeLessThan(40);
  });
});

describe('too slow', () => {
  it.each([
    ['headers', 'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n'],
    ['a body', () => head('/api/v1/auth/login', 'Content-Length: 100')],
    ['a body in chunks', () => `${head('/api/v1/auth/login', 'Transfer-Encoding: chunked')}1\r\n{\r\n`],
  ] as const)('[H21] %s without an end: answered, and hung up on', PATIENT, async (_name, bytes) => {
    await using impatient = await openStage({ limits: { headersMs: 300, requestMs: 600 } });
    const { socket, answer } = talk(impatient);
    socket.write(typeof bytes === 'string' ? bytes : bytes());
    const said = await answer;
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(problemIn(said)).toMatchObject({
      code: 'malformed_request',
      detail: 'The request was not complete in time.',
    });
  });
});

it('[F5] whoever asks and does not read the answers is cut, and holds up nobody', PATIENT, async () => {
  const http = createBareServer();
  const closed = new Promise<void>((resolve) => {
    http.once('connection', (socket) => socket.once('close', () => resolve()));
  });
  await using node = await openNode({ http, limits: { answerMs: 100 } });
  const key = await node.key('admin');
  const events = Array.from({ length: 30 }, () => ({ ...EVENT, id: randomUUID() }));
  await node.rawLog.append({ appends: [{ channel: 'long', events }] });
  const request = `GET /api/v1/channels/long/history HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n\r\n`;
  const socket = connect(node.port, '127.0.0.1');
  socket.on('error', () => {});
  // Never read: more than the kernel holds between the two.
  socket.write(request.repeat(20));
  await closed;
  await stillStands(node, key);
  socket.destroy();
});

it('[H2] after all of that somebody new is served', () => stillStands(stage, stage.credential));
