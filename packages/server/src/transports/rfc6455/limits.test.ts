/** Too large, too slow, compressed: what is refused early, and costs no memory. */
import { constants, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../testing/stage.ts';
import { clientFrame, part, text } from './testing/frames.ts';
import { handshake, RawClient } from './testing/raw-client.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ limits: { headersMs: 200 } });
});
afterAll(() => stage[Symbol.asyncDispose]());

const MIB = 1_048_576;
const PATHS = ['/ws/test', '/api/v1/ws', '/ws/orders'];

describe.each(PATHS)('RFC 6455 section 10.4: at %s', (path) => {
  const opened = async (): Promise<RawClient> => {
    const client = await RawClient.open(stage, { path });
    if (path !== '/ws/test') await client.next();
    return client;
  };

  it.each([
    ['a message of a byte too many', MIB + 1],
    ['a message of 100 MB', 100_000_000],
    ['a message of 2^53 bytes', 2n ** 53n],
    ['a length with its highest bit set (section 5.2)', 2n ** 63n],
  ])('%s is refused when its header is there', async (_what, length) => {
    using client = await opened();
    client.write(clientFrame({ opcode: 1, length }));
    const disconnect = path === '/ws/test' ? null : JSON.parse(await client.text());
    if (disconnect) expect(disconnect).toMatchObject({ type: 'disconnect', code: 'too_large' });
    expect(await client.closed).toMatchObject({ code: 4413, reason: expect.stringMatching(/^too_large /) });
  });

  it('fragments are counted together', async () => {
    using client = await opened();
    client.write(part(Buffer.alloc(MIB, 'x'), { first: true }), part('x', { final: true }));
    expect(await client.closed).toMatchObject({ code: 4413 });
  });
});

it('RFC 6455 section 10.4: 100 MB that are sent all the same are not kept', async () => {
  await using impatient = await openStage({ limits: { closeMs: 2_000 } });
  using client = await RawClient.open(impatient);
  const chunk = Buffer.alloc(MIB, 'x');
  client.write(clientFrame({ opcode: 1, length: 100_000_000 }));
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  // Until the server hangs up; then writing ends with an error.
  for (let sent = 0; sent < 96 && client.socket.writable; sent += 1) {
    await new Promise<void>((resolve) => client.socket.write(chunk, () => resolve()));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  client.socket.end();
  expect(await client.closed).toMatchObject({ code: 4413 });
  expect(most).toBeLessThan(48 * MIB);
});

describe('RFC 6455 section 9.1: extensions', () => {
  const OFFERS = [
    'permessage-deflate',
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate; server_no_context_takeover; client_max_window_bits=10',
    'x-webkit-deflate-frame',
    'permessage-bzip2, permessage-deflate',
    'nonsense; parameter="quoted"',
  ];
  it.each(OFFERS)('%s is not negotiated', async (offer) => {
    const headers = { 'Sec-WebSocket-Extensions': offer };
    using client = await RawClient.open(stage, { headers });
    expect(await client.head).toMatch(/^HTTP\/1\.1 101 /);
    expect(await client.head).not.toMatch(/sec-websocket-extensions/i);
    client.write(text('plain'));
    expect(await client.text()).toBe('plain');
  });

  it('so a compressed message fails the connection with 1002, bombs included, before it is inflated', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * MIB), { finishFlush: constants.Z_SYNC_FLUSH });
    using client = await RawClient.open(stage, {
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    });
    client.write(clientFrame({ opcode: 1, reserved: 4, payload: bomb.subarray(0, -4) }));
    expect(await client.closed).toMatchObject({ code: 1002 });
  });
});

describe('RFC 6455 section 4.2.1: a handshake', () => {
  it('may come byte by byte, with its first frame', async () => {
    using client = new RawClient(stage.port);
    const request = handshake('/ws/test', { Authorization: `Bearer ${stage.credential}` });
    await client.trickle(Buffer.concat([Buffer.from(request.slice(0, 40)), Buffer.alloc(0)]));
    client.write(request.slice(40), text('at once'));
    expect(await client.head).toMatch(/^HTTP\/1\.1 101 /);
    await client.next();
    expect(await client.text()).toBe('at once');
  });

  it('that never ends is answered and hung up on', async () => {
    using client = new RawClient(stage.port);
    client.write('GET /ws/test HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: webs');
    expect(await client.head).toMatch(/^HTTP\/1\.1 400 /);
    await client.closed;
  });

  it('computes the accept value of section 1.3', async () => {
    using client = await RawClient.open(stage);
    expect(await client.head).toMatch(/^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r?$/m);
  });
});
