/** Messages of every size, whole and in fragments, however their bytes arrive. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../testing/stage.ts';
import { clientFrame, part, ping, text } from './testing/frames.ts';
import { RawClient } from './testing/raw-client.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const SIZES = [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 1_048_576];
const KINDS = [
  ['text', 1],
  ['binary', 2],
] as const;
const bytesOf = (size: number): Buffer => Buffer.alloc(size, 'Greenlight ');

describe.each(KINDS)('RFC 6455 section 5.6: a %s message', (_kind, opcode) => {
  it.each(SIZES)('of %i bytes comes back as it was', async (size) => {
    using client = await RawClient.open(stage);
    const payload = bytesOf(size);
    client.write(clientFrame({ opcode, payload }));
    const echo = await client.next();
    expect({ opcode: echo.opcode, same: echo.payload.equals(payload) }).toEqual({ opcode, same: true });
  });

  it.each([997, 1_460, 65_536])(
    'of 1 MiB comes back when it arrives in pieces of %i bytes',
    async (piece) => {
      using client = await RawClient.open(stage);
      const payload = bytesOf(1_048_576);
      const frame = clientFrame({ opcode, payload });
      for (let at = 0; at < frame.length; at += piece) client.write(frame.subarray(at, at + piece));
      expect((await client.next()).payload.equals(payload)).toBe(true);
    },
  );

  it('comes back when each byte, handshake included, arrives by itself', async () => {
    using client = await RawClient.open(stage);
    await client.trickle(clientFrame({ opcode, payload: 'byte by byte: grün 🟢' }));
    expect(await client.text()).toBe('byte by byte: grün 🟢');
  });
});

it('RFC 6455 section 5.2: many frames in one segment are all read, in order', async () => {
  using client = await RawClient.open(stage);
  const texts = Array.from({ length: 2_000 }, (_, at) => `message ${at}`);
  client.write(...texts.map(text));
  for (const wanted of texts) expect(await client.text()).toBe(wanted);
});

it('RFC 6455 section 5.3: a mask of zeros is a mask', async () => {
  using client = await RawClient.open(stage);
  client.write(Buffer.of(0x81, 0x82, 0, 0, 0, 0), 'ab');
  expect(await client.text()).toBe('ab');
});

describe('RFC 6455 section 5.4: fragments', () => {
  it.each([1, 2, 3, 64, 1_300])('of %i bytes make one message', async (size) => {
    using client = await RawClient.open(stage);
    const whole = 'Stückwerk 🟢 '.repeat(200);
    const bytes = Buffer.from(whole);
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size)
      parts.push(part(bytes.subarray(at, at + size), { first: at === 0, final: at + size >= bytes.length }));
    client.write(...parts);
    expect(await client.text()).toBe(whole);
  });

  it('may be empty', async () => {
    using client = await RawClient.open(stage);
    client.write(part('', { first: true }), part('a'), part(''), part('b'), part('', { final: true }));
    expect(await client.text()).toBe('ab');
    client.write(part('', { first: true }), part('', { final: true }));
    expect(await client.text()).toBe('');
  });

  it('let control frames through between them, which are answered at once', async () => {
    using client = await RawClient.open(stage);
    client.write(part('one ', { first: true }), ping('between'));
    const pong = await client.next();
    expect([pong.opcode, pong.payload.toString()]).toEqual([10, 'between']);
    client.write(part('two '), ping(''), part('three', { final: true }));
    expect((await client.next()).opcode).toBe(10);
    expect(await client.text()).toBe('one two three');
  });

  it('of binary messages are binary', async () => {
    using client = await RawClient.open(stage);
    client.write(part(Buffer.of(0xff), { first: true, opcode: 2 }), part(Buffer.of(0xfe), { final: true }));
    expect(await client.next()).toEqual({ opcode: 2, payload: Buffer.of(0xff, 0xfe) });
  });

  it.each([
    ['a continuation without a beginning', [part('x', { final: true })]],
    ['a continuation without a beginning that is not the last', [part('x')]],
    [
      'a continuation behind the last fragment',
      [part('a', { first: true }), part('b', { final: true }), part('c')],
    ],
    ['a new text before the last fragment', [part('a', { first: true }), text('b')]],
    [
      'a new binary message before the last fragment',
      [part('a', { first: true }), clientFrame({ opcode: 2 })],
    ],
  ])('%s fails the connection with 1002', async (_what, frames) => {
    using client = await RawClient.open(stage);
    client.write(...frames);
    expect(await client.closed).toMatchObject({ code: 1002 });
  });
});

describe('RFC 6455 section 8.1: text is UTF-8', () => {
  const VALID = ['κόσμε', '\u{10FFFF}', '\u{FFFF}\u{FFFE}', '\u0000', '﻿with a mark', '\u{D7FF}\u{E000}'];
  it.each(VALID)('valid: %j, cut at every byte', async (valid) => {
    using client = await RawClient.open(stage);
    const bytes = Buffer.from(valid);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      client.write(part(bytes.subarray(0, cut), { first: true }), part(bytes.subarray(cut), { final: true }));
      expect(await client.text()).toBe(valid);
    }
    expect(await client.isWell()).toBe(true);
  });

  const INVALID = {
    'a lone continuation byte': '80',
    'a cut sequence': 'cebae1bdb9cf83cebcce',
    'an overlong slash': 'c0af',
    'an overlong null': 'e08080',
    'a surrogate': 'eda080',
    'beyond U+10FFFF': 'f4908080',
    'bytes that UTF-8 does not have': 'feff',
    'a sequence of five': 'f888808080',
    'good text before and behind': '6162ff6364',
  };
  it.each(Object.entries(INVALID))('invalid: %s fails the connection with 1007', async (_what, hex) => {
    using client = await RawClient.open(stage);
    client.write(text(Buffer.from(hex, 'hex')));
    expect(await client.closed).toMatchObject({ code: 1007 });
    expect(client.takeAll()).toEqual([]);
  });

  it.each(Object.entries(INVALID))('invalid: %s in fragments, byte by byte', async (_what, hex) => {
    using client = await RawClient.open(stage);
    const bytes = [...Buffer.from(hex, 'hex')];
    client.write(
      ...bytes.map((byte, at) =>
        part(Buffer.of(byte), { first: at === 0, final: at === bytes.length - 1 && at > 0 }),
      ),
      ...(bytes.length === 1 ? [part('', { final: true })] : []),
    );
    expect(await client.closed).toMatchObject({ code: 1007 });
  });

  it('says nothing about binary messages', async () => {
    using client = await RawClient.open(stage);
    client.write(clientFrame({ opcode: 2, payload: Buffer.from('feff', 'hex') }));
    expect((await client.next()).payload.toString('hex')).toBe('feff');
  });
});
