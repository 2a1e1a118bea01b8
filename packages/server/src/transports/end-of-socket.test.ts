import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../testing/stage.ts';
import { TestSocket, type AnyFrame } from '../testing/clients.ts';

const upgrade = (path: string, credential: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${credential}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');

/** A masked frame, as clients send them; the mask is all zeros. */
function clientFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0), payload]);
}

type Frame = {
  readonly opcode: number;
  readonly final: boolean;
  readonly masked: boolean;
  readonly payload: Buffer;
};

/** Every frame of the server's bytes; fails on anything that is not one. */
function framesIn(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at < bytes.length) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    const short = second & 0x7f;
    const [length, start] =
      short < 126
        ? [short, 2]
        : short === 126
          ? [bytes.readUInt16BE(at + 2), 4]
          : [Number(bytes.readBigUInt64BE(at + 2)), 10];
    frames.push({
      opcode: first & 0x0f,
      final: first >= 0x80,
      masked: second >= 0x80,
      payload: bytes.subarray(at + start, at + start + length),
    });
    at += start + length;
  }
  return frames;
}

async function rawSocket(
  stage: Stage,
  path: string,
): Promise<{ socket: Socket; bytes: () => Buffer; ended: Promise<void>; welcomed: Promise<void> }> {
  const [host = '', port] = stage.host.split(':');
  const socket = connect(Number(port), host);
  const chunks: Buffer[] = [];
  const welcomed = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunk.includes('welcome')) welcomed.resolve();
  });
  socket.on('error', () => {});
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(upgrade(path, stage.credential));
  return { socket, bytes: () => Buffer.concat(chunks), ended, welcomed: welcomed.promise };
}

describe('the end of a socket', () => {
  it('[F4] [F16] is disconnect, close frame with code and attempt, and not a byte more', async () => {
    await using stage = await openStage();
    const { socket, bytes, ended, welcomed } = await rawSocket(stage, '/ws');
    await welcomed;
    const subscribe = JSON.stringify({ id: 1, type: 'subscribe', channels: { n: null } });
    socket.write(clientFrame(1, subscribe));
    // Published in the same moment as the cut: it comes before the close frame or not at all.
    stage.services.connections.cut(
      { user: 'ada' },
      { code: 'credential_rejected', reason: 'The key was revoked.' },
    );
    await stage.publish('n', 'late');
    socket.write(clientFrame(8, ''));
    await ended;
    const frames = framesIn(bytes());
    expect(frames.every(({ final, masked }) => final && !masked)).toBe(true);
    const close = frames.at(-1);
    expect(close?.opcode).toBe(8);
    expect(close?.payload.readUInt16BE(0)).toBe(4401);
    expect(String(close?.payload.subarray(2))).toMatch(/^credential_rejected [\w-]{22}$/);
    expect(JSON.parse(String(frames.at(-2)?.payload))).toEqual({
      type: 'disconnect',
      code: 'credential_rejected',
      reason: 'The key was revoked.',
    });
  });

  it('[F16] uses the shortest length encoding', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws');
    await socket.subscribe({ n: null });
    const { bytes, ended, welcomed, socket: raw } = await rawSocket(stage, '/ws/n');
    await Promise.race([welcomed, until(() => bytes().includes('connection_established'), raw)]);
    const sizes = [1, 125, 126, 65_000, 70_000];
    for (const size of sizes) await stage.publish('n', 'x'.repeat(size));
    await until(() => bytes().length > 136_000, raw);
    raw.destroy();
    await ended;
    const events = framesIn(bytes())
      .filter(({ opcode }) => opcode === 1)
      .slice(1);
    expect(
      events.map(({ payload }) => (JSON.parse(String(payload)) as AnyFrame)['event'].data.length),
    ).toEqual(sizes);
  });

  it('[F5] tells a slow consumer, cuts it, and keeps its memory bounded', async () => {
    await using stage = await openStage({
      limits: { outboxBytes: 100_000, catchUpBytes: 20_000, closeMs: 300 },
    });
    using slow = new TestSocket(stage, '/ws');
    using quick = new TestSocket(stage, '/ws');
    await slow.subscribe({ memory: null });
    await quick.subscribe({ memory: null });
    slow.websocket.pause();
    let most = 0;
    let published = 0;
    while (stage.services.connections.count > 1 && published < 4_000) {
      await stage.publish('memory', 'x'.repeat(10_000));
      published += 1;
      for (const { queuedBytes } of stage.services.connections.list()) most = Math.max(most, queuedBytes);
      expect(await quick.event()).toMatchObject({ offset: published });
    }
    expect(most).toBeLessThan(130_000);
    slow.websocket.resume();
    await slow.closed;
    expect(published).toBeLessThan(4_000);
    const heard = slow.takeAll().filter(({ type }) => type === 'event');
    expect(heard.map(({ offset }) => offset)).toEqual(heard.map((_, at) => at + 1));
  });

  it('[F5] a slow consumer that reads on is told why and with which code', async () => {
    await using stage = await openStage({ limits: { outboxBytes: 100_000, catchUpBytes: 20_000 } });
    using slow = new TestSocket(stage, '/ws');
    await slow.subscribe({ memory: null });
    slow.websocket.pause();
    const { connections } = stage.services;
    while (connections.list()[0]?.channels.length) await stage.publish('memory', 'x'.repeat(10_000));
    slow.websocket.resume();
    const last = await slow.until(({ type }) => type === 'disconnect');
    expect(last).toMatchObject({ code: 'slow_consumer' });
    expect(await slow.closed).toMatchObject({ code: 4290, reason: expect.stringMatching(/^slow_consumer /) });
  });

  it('[F9] cuts a peer that gives no sign of life', async () => {
    await using stage = await openStage({ limits: { heartbeatMs: 40 } });
    using lively = new TestSocket(stage, '/ws');
    const { welcomed, ended } = await rawSocket(stage, '/ws');
    await welcomed;
    // It never answers a ping, as a client library does by itself.
    await ended;
    expect(await lively.reply({ id: 1, type: 'ping' })).toMatchObject({ type: 'ok' });
    expect(stage.services.connections.list()[0]?.rttMs).toBeGreaterThan(0);
  });

  it('[F14] sends everybody elsewhere when the node stops', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws');
    await socket.next();
    await stage.services.connections.drain(1_000);
    expect(await socket.next()).toMatchObject({
      type: 'disconnect',
      code: 'moved',
      retryAfterMs: expect.any(Number),
    });
    expect(await socket.closed).toMatchObject({ code: 4210 });
  });

  it('[F12] greets, echoes, and closes normally, echoes before the close included', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws/test');
    expect(await socket.next()).toEqual({ text: 'Hello from test WebSocket!' });
    const large = 'ü'.repeat(300_000);
    await socket.send(large);
    for (let n = 0; n < 500; n += 1) await socket.send(`n${n}`);
    socket.websocket.close(1000, 'bye');
    expect(await socket.next()).toEqual({ text: large });
    for (let n = 0; n < 500; n += 1) expect(await socket.next()).toEqual({ text: `n${n}` });
    expect(await socket.closed).toEqual({ code: 1000, reason: 'bye' });
  });

  it('tells operators who comes and goes', async () => {
    await using stage = await openStage();
    using operator = new TestSocket(stage, '/ws', await stage.key('operator', { user: 'ada' }));
    await operator.subscribe({ '$SYS:connections': null });
    const guest = new TestSocket(stage, '/ws', await stage.key('viewer', { user: 'ben' }));
    expect(await operator.event()).toMatchObject({
      event: { type: 'connection.opened', data: { user: 'ben', transport: 'websocket' } },
    });
    expect(stage.services.connections.list()).toMatchObject([
      { user: 'ada' },
      { user: 'ben', channels: [], delivered: 0 },
    ]);
    guest.websocket.close();
    expect(await operator.event()).toMatchObject({
      event: { type: 'connection.closed', data: { user: 'ben', reason: 'left' } },
    });
  });
});

async function until(holds: () => boolean, socket: Socket): Promise<void> {
  while (!holds()) await new Promise((resolve) => socket.once('data', resolve));
}
