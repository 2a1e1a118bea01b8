/** The closing handshake, from the client's side and from ours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../testing/stage.ts';
import { close, part, ping, text } from './testing/frames.ts';
import { NO_CLOSE_FRAME, RawClient } from './testing/raw-client.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4401, 4999];
const INVALID = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

describe('RFC 6455 section 5.5.1: a close frame', () => {
  it.each(VALID)(
    '[F4] with the code %i is answered with it, then the server hangs up first',
    async (code) => {
      using client = await RawClient.open(stage);
      client.write(close(code, 'why'));
      expect(await client.closed).toEqual({ code, reason: 'why' });
    },
  );

  it('without a code is answered with one without', async () => {
    using client = await RawClient.open(stage);
    client.write(close(null));
    expect(await client.closed).toEqual({ code: 1005, reason: '' });
  });

  it('with a reason of 123 bytes is whole', async () => {
    using client = await RawClient.open(stage);
    client.write(close(1000, 'x'.repeat(123)));
    expect(await client.closed).toEqual({ code: 1000, reason: 'x'.repeat(123) });
  });

  it('with one byte fails the connection with 1002', async () => {
    using client = await RawClient.open(stage);
    client.write(close(null, Buffer.of(3)));
    expect(await client.closed).toMatchObject({ code: 1002 });
  });

  it('with a reason that is not UTF-8 fails the connection with 1007', async () => {
    using client = await RawClient.open(stage);
    client.write(close(1000, Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex')));
    expect(await client.closed).toMatchObject({ code: 1007 });
  });

  it('is the last thing that is read: what comes behind it gets no answer', async () => {
    using client = await RawClient.open(stage);
    client.write(close(1000), text('behind'), ping('behind'), close(1001));
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect({ before: client.takeAll(), after: client.afterClose }).toEqual({ before: [], after: 0 });
  });

  it('comes behind what was sent before it, also in the middle of a message', async () => {
    using client = await RawClient.open(stage);
    client.write(text('whole'), part('begun', { first: true }), close(1000));
    expect(await client.text()).toBe('whole');
    expect(await client.closed).toMatchObject({ code: 1000 });
  });

  it('may arrive byte by byte', async () => {
    using client = await RawClient.open(stage);
    await client.trickle(close(1000, 'slowly'));
    expect(await client.closed).toEqual({ code: 1000, reason: 'slowly' });
  });
});

it.each(INVALID)(
  'RFC 6455 section 7.4: the code %i is not for the wire, and fails the connection with 1002',
  async (code) => {
    using client = await RawClient.open(stage);
    client.write(close(code, 'why'));
    expect(await client.closed).toMatchObject({ code: 1002 });
  },
);

describe('RFC 6455 section 7.1.5: a TCP connection that ends without a close frame', () => {
  it('is over, and what was read before was answered, when the client is done sending', async () => {
    using client = await RawClient.open(stage);
    client.write(text('last words'));
    client.socket.end();
    expect(await client.text()).toBe('last words');
    await client.closed;
    await nobodyIsLeft();
  });

  it('is over when the client vanishes in the middle of a frame', async () => {
    const client = await RawClient.open(stage);
    client.write(text('never whole').subarray(0, 9));
    client.socket.resetAndDestroy();
    expect(await client.closed).toEqual({ code: NO_CLOSE_FRAME, reason: '' });
    await nobodyIsLeft();
  });

  it('is over when the client vanishes while its echoes are under way', async () => {
    const client = await RawClient.open(stage);
    client.socket.pause();
    client.write(...Array.from({ length: 8 }, () => text('x'.repeat(500_000))));
    await new Promise((resolve) => client.socket.write('', resolve));
    client.socket.resetAndDestroy();
    await nobodyIsLeft();
  });
});

describe('RFC 6455 section 7.1.1: a close of ours', () => {
  it('[F4] waits for the answer of the client, and then hangs up', async () => {
    using client = await RawClient.open(stage, { path: '/api/v1/ws' });
    await client.next();
    stage.services.connections.cut({ user: 'ada' }, { code: 'forbidden', reason: 'A test.' });
    expect(JSON.parse(await client.text())).toMatchObject({ type: 'disconnect', code: 'forbidden' });
    client.write(close(4403));
    expect(await client.closed).toMatchObject({ code: 4403, reason: expect.stringMatching(/^forbidden /) });
    expect(client.afterClose).toBe(0);
  });

  it('ignores what still comes from the client', async () => {
    using client = await RawClient.open(stage, { path: '/api/v1/ws' });
    await client.next();
    stage.services.connections.cut({ user: 'ada' }, { code: 'forbidden', reason: 'A test.' });
    await client.next();
    client.write(text('{"id":1,"type":"ping"}'), ping('late'), close(4403));
    expect(await client.closed).toMatchObject({ code: 4403 });
    expect({ before: client.takeAll(), after: client.afterClose }).toEqual({ before: [], after: 0 });
  });

  it('hangs up on a client that never answers', async () => {
    await using impatient = await openStage({ limits: { closeMs: 100 } });
    using client = await RawClient.open(impatient, { path: '/api/v1/ws' });
    await client.next();
    impatient.services.connections.cut({ user: 'ada' }, { code: 'forbidden', reason: 'A test.' });
    expect(await client.closed).toMatchObject({ code: 4403 });
  });
});

/** The server has noticed: nothing of the connection is kept. */
async function nobodyIsLeft(): Promise<void> {
  const { connections } = stage.services;
  while (connections.count > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(connections.list()).toEqual([]);
}
