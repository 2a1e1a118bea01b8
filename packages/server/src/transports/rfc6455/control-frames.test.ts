/** Pings, pongs, and frames that nobody may send. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../testing/stage.ts';
import { clientFrame, close, ping, type ServerFrame, text } from './testing/frames.ts';
import { RawClient } from './testing/raw-client.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

describe('RFC 6455 section 5.5.2: a ping', () => {
  it.each([
    ['without a payload', ''],
    ['with text', 'Hello'],
    ['with bytes that are no text', Buffer.from('00fffefd80', 'hex')],
    ['with 125 bytes', Buffer.alloc(125, 0xfe)],
  ])('%s gets a pong with the same', async (_what, payload) => {
    using client = await RawClient.open(stage);
    client.write(ping(payload));
    expect(await client.next()).toEqual({ opcode: 10, payload: Buffer.from(payload) });
  });

  it('gets its pong in the order of the pings, and echoes keep theirs', async () => {
    using client = await RawClient.open(stage);
    client.write(...upTo(10).flatMap((n) => [ping(`ping ${n}`), text(`text ${n}`)]));
    const seen: ServerFrame[] = [];
    for (const _ of upTo(20)) seen.push(await client.next());
    const of = (opcode: number): string[] =>
      seen.filter((frame) => frame.opcode === opcode).map(({ payload }) => payload.toString());
    expect(of(10)).toEqual(upTo(10).map((n) => `ping ${n}`));
    expect(of(1)).toEqual(upTo(10).map((n) => `text ${n}`));
  });

  it('may arrive byte by byte', async () => {
    using client = await RawClient.open(stage);
    await client.trickle(ping('slowly'));
    expect(await client.text()).toBe('slowly');
  });

  it('is answered on the full protocol too, between frames', async () => {
    using client = await RawClient.open(stage, { path: '/api/v1/ws' });
    await client.next();
    client.write(text('{"id":1,"type":"ping"}'), ping('between'), text('{"id":2,"type":"ping"}'));
    const seen = [await client.next(), await client.next(), await client.next()];
    expect(seen.map(({ opcode }) => opcode).toSorted((a, b) => a - b)).toEqual([1, 1, 10]);
  });
});

it('RFC 6455 section 5.5.3: a pong that nobody asked for is ignored', async () => {
  using client = await RawClient.open(stage);
  client.write(clientFrame({ opcode: 10 }), clientFrame({ opcode: 10, payload: 'unasked' }), text('after'));
  expect(await client.text()).toBe('after');
});

describe.each(['/ws/test', '/api/v1/ws', '/ws/orders'])(
  'at %s, what fails the connection with 1002',
  (path) => {
    const fails: (readonly [what: string, frame: Buffer])[] = [
      ['section 5.1: a frame without a mask', clientFrame({ opcode: 1, payload: 'x', masked: false })],
      ['section 5.1: a ping without a mask', clientFrame({ opcode: 9, masked: false })],
      ['section 5.5: a ping of 126 bytes', ping(Buffer.alloc(126))],
      ['section 5.5: a ping of 65,536 bytes', ping(Buffer.alloc(65_536))],
      ['section 5.5: a pong of 126 bytes', clientFrame({ opcode: 10, payload: Buffer.alloc(126) })],
      ['section 5.5: a close frame of 126 bytes', close(1000, 'x'.repeat(124))],
      ['section 5.5: a ping in fragments', clientFrame({ opcode: 9, final: false })],
      ['section 5.5: a close frame in fragments', clientFrame({ opcode: 8, final: false })],
      ...[1, 2, 3, 4, 5, 6, 7].map(
        (reserved) =>
          [`section 5.2: reserved bits ${reserved}`, clientFrame({ opcode: 1, reserved })] as const,
      ),
      ['section 5.2: a reserved bit in a ping', clientFrame({ opcode: 9, reserved: 1 })],
      ['section 5.2: a reserved bit in a close frame', clientFrame({ opcode: 8, reserved: 4 })],
      ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
        (opcode) => [`section 5.2: opcode ${opcode}`, clientFrame({ opcode, payload: 'x' })] as const,
      ),
    ];

    it.each(fails)('RFC 6455 %s', async (_what, frame) => {
      using client = await RawClient.open(stage, { path });
      client.write(frame);
      expect(await client.closed).toMatchObject({ code: 1002 });
      expect(client.afterClose).toBe(0);
    });
  },
);

it('[F4] RFC 6455 section 7.1.7: what came whole before a wrong frame is answered, what comes behind it is not', async () => {
  using client = await RawClient.open(stage);
  client.write(text('before'), clientFrame({ opcode: 3 }), text('behind'), ping('behind'));
  expect(await client.text()).toBe('before');
  expect(await client.closed).toMatchObject({ code: 1002 });
  expect(client.takeAll()).toEqual([]);
});
