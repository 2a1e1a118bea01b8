/** The HTTP side of SSE and long-poll: what is asked for, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SseClient } from '../testing/clients.ts';
import { isProblem, PAGE, startNode, type TestNode } from './testing/start-node.ts';

let node: TestNode;
let key: string;
let viewer: string;
beforeAll(async () => {
  node = await startNode({ limits: { channelsPerConnection: 3 } });
  key = await node.key('admin');
  viewer = await node.key('viewer');
});
afterAll(() => node[Symbol.asyncDispose]());

const publish = (channel: string, type: string) =>
  node.call('POST', `/api/v1/channels/${channel}/publications`, { key, body: { type } });
const listen = (path: string, headers: Record<string, string> = {}) =>
  SseClient.open(node, path, { authorization: `Bearer ${viewer}`, ...headers });

describe.each(['sse', 'poll'])('GET /api/v1/%s refuses', (stream) => {
  it.each([
    ['', 'invalid_input', /\?channels=a,b/],
    ['?channels=,', 'invalid_input', /\?channels=a,b/],
    ['?channels=a%20b', 'invalid_input', /"a b"/],
    ['?channels=a,b,c,d', 'invalid_input', /at most 3/],
    ['?channels=a&since=yesterday', 'invalid_input', /position/],
    ['?channels=a&wait=long', 'invalid_input', /"wait"/],
    ['?channels=a&frames=some', 'invalid_input', /"frames"/],
    ['?channels=a,%24SYS:handshakes', 'channel_forbidden', /handshakes/],
  ])('%s', async (query, code, detail) => {
    const answer = await node.call('GET', `/api/v1/${stream}${query}`, { key: viewer });
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body.code).toBe(code);
    expect(answer.body.detail).toMatch(detail);
  });

  it('who shows no credential', async () => {
    const answer = await node.call('GET', `/api/v1/${stream}?channels=a`);
    expect(answer.body.code).toBe('credential_missing');
  });
});

it('[S7] [W7] tells who reads every frame of each channel by itself, and lets it begin without one', async () => {
  const path = 'channels=a,%24SYS:handshakes&frames=all&wait=0';
  const channels = { a: { outcome: 'continued' }, '$SYS:handshakes': { code: 'channel_forbidden' } };
  using stream = await listen(`/api/v1/sse?${path}`);
  const reply = await stream.until(({ data }) => data?.['type'] === 'ok');
  expect(reply.data).toMatchObject({ channels });
  await publish('a', 'still-open');
  expect(await stream.event()).toMatchObject({ channel: 'a' });

  const answer = await node.call('GET', `/api/v1/poll?${path}`, { key: viewer });
  expect(answer.body['frames']).toMatchObject([
    { type: 'welcome', heartbeatMs: expect.any(Number) },
    { type: 'ok', channels },
    { type: 'heartbeat', heads: { a: expect.stringMatching(/:1$/) } },
  ]);
  using bare = await listen('/api/v1/sse?frames=all');
  expect((await bare.next()).data).toMatchObject({ type: 'welcome' });
  const empty = await node.call('GET', '/api/v1/poll?frames=all&wait=0', { key: viewer });
  expect(empty.body).toMatchObject({ position: '', frames: [{ type: 'welcome' }, { id: 0 }, { heads: {} }] });
});

it('serves events as they come, readable by the page that asked', async () => {
  using stream = await listen('/api/v1/sse?channels=live', { origin: PAGE });
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'access-control-allow-origin': PAGE,
    'greenlight-attempt': expect.stringMatching(/^[\w-]{22}$/),
  });
  await stream.next();
  await publish('live', 'a');
  expect(await stream.event()).toMatchObject({
    type: 'event',
    channel: 'live',
    offset: 1,
    event: { type: 'a' },
  });
});

it('begins after Last-Event-ID, which beats since', async () => {
  await publish('resumed', 'a');
  const { body } = await publish('resumed', 'b');
  using stream = await listen('/api/v1/sse?channels=resumed&since=earliest', {
    'last-event-id': `${body.epoch}:1`,
  });
  expect(await stream.event()).toMatchObject({ offset: 2, event: { type: 'b' } });
});

it('[R11] follows a run from its first event, at the older address too', async () => {
  const { body } = await node.call('POST', '/api/v1/workflows', { key, body: { kind: 'test', input: {} } });
  for (const prefix of ['/api/v1', '/api']) {
    using stream = await listen(`${prefix}/workflows/${body.id}/stream`);
    expect(await stream.event()).toMatchObject({ offset: 1, event: { type: 'workflow.created' } });
  }
});

it('polls with a position and gets what is new', async () => {
  const path = '/api/v1/poll?channels=polled';
  const first = await node.call('GET', path, { key: viewer });
  expect(first.body.events).toEqual([]);
  const waiting = node.call('GET', `${path}&since=${first.body.position}`, { key: viewer });
  await publish('polled', 'a');
  const second = await waiting;
  expect(second.body.events).toMatchObject([{ offset: 1, event: { type: 'a' } }]);
  const over = await node.call('GET', `${path}&since=${second.body.position}&wait=0`, { key: viewer });
  expect(over.body).toMatchObject({ position: second.body.position, events: [] });
});

it('is refused while the node goes down', async () => {
  await using leaving = await startNode();
  const own = await leaving.key('viewer');
  await leaving.drain();
  const answer = await leaving.call('GET', '/api/v1/sse?channels=a', { key: own });
  expect(answer.body).toMatchObject({ status: 503, code: 'draining' });
  expect(answer.headers.get('retry-after')).not.toBeNull();
});
