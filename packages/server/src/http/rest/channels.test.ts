import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isProblem, startNode, type TestNode } from '../testing/start-node.ts';

let node: TestNode;
let service: string;
let viewer: string;
beforeAll(async () => {
  node = await startNode({ limits: { publishEvents: 3 } });
  service = await node.key('service');
  viewer = await node.key('viewer');
});
afterAll(() => node[Symbol.asyncDispose]());

const publish = (channel: string, body: unknown, headers: Record<string, string> = {}) =>
  node.call('POST', `/api/v1/channels/${channel}/publications`, { key: service, body, headers });
const history = (channel: string, query = '', key = viewer) =>
  node.call('GET', `/api/v1/channels/${channel}/history${query}`, { key });

const command = (body: unknown) => node.call('POST', '/api/v1/commands', { key: service, body });

describe('publishing', () => {
  it('[R9] answers where the event is and how safely', async () => {
    const first = await publish('paid', { type: 'order.paid', data: { order: 1 } });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      channel: 'paid',
      epoch: expect.any(String),
      offset: 1,
      position: `${first.body.epoch}:1`,
      durability: 'disk',
      duplicate: false,
    });
    const next = await publish('paid', [{ type: 'a' }, { type: 'b' }]);
    expect(next.body.offset).toBe(3);
    expect((await publish('memory:paid', { type: 'a' })).body.durability).toBe('memory');
  });

  it('[R9] repeats the first answer for the same key', async () => {
    const headers = { 'idempotency-key': 'k1' };
    const first = await publish('once', { type: 'a' }, headers);
    const again = await publish('once', { type: 'a' }, headers);
    expect(again.body).toEqual({ ...first.body, duplicate: true });
    expect((await history('once')).body.head).toBe(1);
    const other = await publish('once', { type: 'b' }, headers);
    expect(isProblem(other)).toBe(true);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it.each([
    [[], 'invalid_input'],
    [{ data: 1 }, 'invalid_input'],
    ['"text"', 'invalid_input'],
    [{ type: 'workflow.invented' }, 'invalid_input'],
    [[{ type: 'a' }, { type: 'a' }, { type: 'a' }, { type: 'a' }], 'too_large'],
  ])('refuses %j', async (body, code) => {
    const answer = await publish('strange', body);
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body.code).toBe(code);
  });

  it('is for those who may', async () => {
    const answer = await node.call('POST', '/api/v1/channels/paid/publications', {
      key: viewer,
      body: { type: 'a' },
    });
    expect(answer.body).toMatchObject({ status: 403, code: 'channel_forbidden' });
    expect((await publish('workflows', { type: 'a' })).body.code).toBe('channel_forbidden');
  });
});

describe('history', () => {
  it('[R10] reads page by page', async () => {
    await publish('paged', [{ type: 'a' }, { type: 'b' }, { type: 'c' }]);
    const first = await history('paged', '?limit=2');
    expect(first.body).toMatchObject({ channel: 'paged', head: 3, earliest: 1 });
    expect(first.body.events).toMatchObject([
      { type: 'event', channel: 'paged', offset: 1, event: { type: 'a', specversion: '1.0' } },
      { offset: 2 },
    ]);
    const rest = await history('paged', `?limit=2&since=${first.body.next}`);
    expect(rest.body.events.map(({ offset }: { offset: number }) => offset)).toEqual([3]);
    expect(rest.body.next).toBeUndefined();
  });

  it('[R10] tells of a position that cannot be honoured', async () => {
    await publish('lost', [{ type: 'a' }, { type: 'b' }, { type: 'c' }]);
    const { epoch } = (await history('lost')).body;
    expect((await history('lost', '?since=elsewhere:2')).body).toMatchObject({ reset: 'epoch_changed' });
    expect((await history('lost', `?since=${epoch}:9`)).body).toMatchObject({ reset: 'ahead_of_log' });
    await node.services.log.trim('lost', 2);
    const trimmed = await history('lost', `?since=${epoch}:1`);
    expect(trimmed.body).toMatchObject({ reset: 'trimmed', earliest: 3, events: [{ offset: 3 }] });
    expect((await history('lost', `?since=${epoch}:2`)).body.reset).toBeUndefined();
  });

  it('knows a channel without events', async () => {
    expect((await history('silent')).body).toMatchObject({ head: 0, earliest: 1, events: [] });
  });

  it('refuses what is no position, and what is private', async () => {
    expect((await history('paid', '?since=yesterday')).body).toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('"since"'),
    });
    expect((await history('%24SYS:handshakes')).body.code).toBe('channel_forbidden');
    expect((await history('user:somebody')).body.code).toBe('channel_forbidden');
    const narrow = await node.key('viewer', { user: 'narrow', channels: ['orders:*'] });
    expect((await history('paid', '', narrow)).body.code).toBe('channel_forbidden');
    expect((await history('orders:1', '', narrow)).status).toBe(200);
  });
});

describe('commands', () => {
  it('do what the frame does on a socket', async () => {
    const published = await command({ id: 7, type: 'publish', channel: 'by-command', event: { type: 'a' } });
    expect(published.body).toMatchObject({ id: 7, type: 'ok', channel: 'by-command', offset: 1 });
    expect((await command({ id: 8, type: 'start', kind: 'test', input: {} })).body).toMatchObject({
      id: 8,
      workflow: expect.stringMatching(/^wf_/),
    });
  });

  it.each([
    [{ id: 1, type: 'subscribe', channels: { a: null } }, 'invalid_input', /in the URL of the stream/],
    [{ id: 1, type: 'auth', token: 'x' }, 'invalid_input', /belongs to a connection/],
    [{ id: 1, type: 'dance' }, 'unknown_frame_type', /"dance"/],
    [{ type: 'ping' }, 'invalid_input', /"id"/],
    [{ id: 1, type: 'control', workflow: 'wf_none', action: 'pause' }, 'not_found', /wf_none/],
  ])('refuse %j', async (body, code, detail) => {
    const answer = await command(body);
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body.code).toBe(code);
    expect(answer.body.detail).toMatch(detail);
  });
});
