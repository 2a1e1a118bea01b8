import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';
import { sinkOf } from './socket-sink.ts';

/** Two ends of one connection on loopback. */
async function pair(): Promise<AsyncDisposable & { near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const near = await accepted;
  near.on('error', () => {});
  far.on('error', () => {});
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

async function readAll(far: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of far) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const failing = (): never => {
  throw new Error('an overflow was not expected');
};
const MUCH = 8_000_000;

describe('a socket sink', () => {
  it('is below the stream of a TCP socket', async () => {
    await using ends = await pair();
    expect(sinkOf(ends.near)).not.toBe(ends.near);
  });

  it('gives the kernel at once what it takes, and says so', async () => {
    await using ends = await pair();
    const sink = sinkOf(ends.near);
    let written = false;
    expect(sink.write(Buffer.from('now'), () => (written = true))).toBe(true);
    expect([written, sink.writableLength, sink.writableNeedDrain]).toEqual([true, 0, false]);
    ends.near.end();
    expect(await readAll(ends.far)).toBe('now');
  });

  it('counts what the kernel does not take until it has taken it, then says that there is room', async () => {
    await using ends = await pair();
    const sink = sinkOf(ends.near);
    const written = new Promise<void>((resolve) => sink.write(Buffer.alloc(MUCH, 'x'), resolve));
    const drained = new Promise<void>((resolve) => sink.on('drain', resolve));
    expect([sink.writableLength, sink.writableNeedDrain]).toEqual([MUCH, true]);
    ends.far.resume();
    await Promise.all([written, drained]);
    expect([sink.writableLength, sink.writableNeedDrain]).toEqual([0, false]);
  });

  it('keeps the order with what is written to the stream, and ends after all of it', async () => {
    await using ends = await pair();
    const sink = sinkOf(ends.near);
    ends.near.write('a');
    sink.write(Buffer.alloc(MUCH, 'b'));
    ends.near.write('c');
    sink.write(Buffer.from('d'));
    ends.near.end('e');
    const all = await readAll(ends.far);
    expect(all.replace(/b+/, 'b')).toBe('abcde');
    expect(all.length).toBe(MUCH + 4);
  });

  it('takes an outbox with it when the peer is gone: nobody waits for ever', async () => {
    await using ends = await pair();
    const outbox = new Outbox(sinkOf(ends.near), { maxBytes: 100_000_000, lowBytes: 0, onOverflow: failing });
    ends.near.on('close', () => outbox.close());
    outbox.push(Buffer.alloc(MUCH));
    outbox.flush();
    expect(outbox.queuedBytes).toBe(MUCH);
    const low = outbox.whenLow();
    ends.far.resetAndDestroy();
    await low;
    expect(ends.near.destroyed).toBe(true);
  });

  it('writes nothing to a socket that was destroyed', async () => {
    await using ends = await pair();
    const sink = sinkOf(ends.near);
    ends.near.destroy();
    expect(sink.write(Buffer.from('late'))).toBe(false);
    expect(await readAll(ends.far)).toBe('');
  });
});
