import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';
import { streamSink } from './socket-sink.ts';

/** Two ends of one connection on loopback. */
async function pair(): Promise<AsyncDisposable & { near: Socket; far: Socket }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const near = await accepted;
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const failing = (): never => {
  throw new Error('an overflow was not expected');
};

describe('an outbox', () => {
  it('writes what was pushed in one tick at once, and shares the bytes with outboxes that hold the same', async () => {
    await using one = await pair();
    await using two = await pair();
    const written: Buffer[] = [];
    for (const { near } of [one, two]) {
      const write = near.write.bind(near);
      near.write = (bytes: unknown) => {
        written.push(bytes as Buffer);
        return write(bytes as Buffer);
      };
    }
    const options = { maxBytes: 1_000, lowBytes: 100, onOverflow: failing };
    const outboxes = [new Outbox(streamSink(one.near), options), new Outbox(streamSink(two.near), options)];
    const frames = ['a', 'b', 'c'].map((text) => Buffer.from(text));
    for (const frame of frames) for (const outbox of outboxes) outbox.push(frame);
    expect(written).toEqual([]);
    await tick();
    expect(written.map(String)).toEqual(['abc', 'abc']);
    expect(written[1]).toBe(written[0]);
  });

  it('[F5] overflows once, then writes nothing but the last word', async () => {
    await using ends = await pair();
    ends.far.pause();
    let overflows = 0;
    const outbox = new Outbox(streamSink(ends.near), {
      maxBytes: 200_000,
      lowBytes: 10_000,
      onOverflow: () => {
        overflows += 1;
      },
    });
    const frame = Buffer.alloc(50_000, 'x');
    for (let n = 0; n < 1_000; n += 1) {
      outbox.push(frame);
      await tick();
      if (overflows > 0) break;
    }
    expect(outbox.queuedBytes).toBeLessThanOrEqual(200_000 + frame.length);
    for (let n = 0; n < 100; n += 1) outbox.push(frame);
    expect(overflows).toBe(1);
    const written = ends.near.bytesWritten;
    outbox.finish(Buffer.from('LAST'));
    outbox.push(frame);
    ends.near.end();
    const chunks: Buffer[] = [];
    for await (const chunk of ends.far) chunks.push(chunk as Buffer);
    const all = Buffer.concat(chunks).toString();
    expect(all.endsWith('xLAST')).toBe(true);
    expect(all.length).toBe(written + 'LAST'.length);
  });

  it('says when the peer has caught up, also below the high-water mark, where a socket says nothing', async () => {
    await using ends = await pair();
    ends.far.pause();
    const outbox = new Outbox(streamSink(ends.near), {
      maxBytes: 10_000_000,
      lowBytes: 1_000,
      onOverflow: failing,
    });
    while (ends.near.writableLength === 0) {
      outbox.push(Buffer.alloc(2_000, 'x'));
      await tick();
    }
    expect(outbox.queuedBytes).toBeGreaterThan(1_000);
    expect(ends.near.writableNeedDrain).toBe(false);
    expect(outbox.hasMoved()).toBe(false);
    const low = outbox.whenLow();
    ends.far.resume();
    await low;
    expect(outbox.queuedBytes).toBeLessThanOrEqual(1_000);
    expect(outbox.hasMoved()).toBe(true);
    expect(outbox.hasMoved()).toBe(false);
  });

  it('lets nobody wait for a connection that is gone', async () => {
    await using ends = await pair();
    ends.far.pause();
    const outbox = new Outbox(streamSink(ends.near), {
      maxBytes: 100_000_000,
      lowBytes: 0,
      onOverflow: failing,
    });
    outbox.push(Buffer.alloc(50_000_000));
    const low = outbox.whenLow();
    outbox.close();
    await low;
  });
});
