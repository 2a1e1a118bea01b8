import { describe, expect, it } from 'vitest';
import { openStage } from '../testing/stage.ts';
import { TestSocket, type AnyFrame } from '../testing/clients.ts';

const offsets = (events: readonly AnyFrame[]): number[] => events.map(({ offset }) => offset as number);

describe('subscribing', () => {
  it('[F3] [P10] welcomes first, replies, then delivers', async () => {
    await using stage = await openStage();
    await stage.publish('news', 'a', 'b');
    using socket = new TestSocket(stage, '/ws');
    expect(await socket.next()).toMatchObject({
      type: 'welcome',
      user: 'ada',
      node: 'n_test',
      build: 'test',
      heartbeatMs: 3_600_000,
    });
    await socket.send({ id: 1, type: 'subscribe', channels: { news: 'earliest' } });
    expect(await socket.next()).toMatchObject({
      id: 1,
      type: 'ok',
      channels: { news: { outcome: 'replayed', count: 2 } },
    });
    expect(offsets(await socket.events(2))).toEqual([1, 2]);
    await stage.publish('news', 'c');
    expect(await socket.event()).toMatchObject({
      type: 'event',
      channel: 'news',
      offset: 3,
      event: { type: 'test', data: 'c' },
    });
  });

  it('[P12] proves at once that the connection is live, then once each heartbeat', async () => {
    await using stage = await openStage();
    await stage.publish('news', 'a');
    using socket = new TestSocket(stage, '/ws');
    await socket.subscribe({ news: 'earliest', empty: null });
    expect(await socket.next()).toMatchObject({ type: 'event', offset: 1 });
    expect(await socket.next()).toMatchObject({
      type: 'heartbeat',
      heads: { news: expect.stringMatching(/:1$/), empty: expect.stringMatching(/:0$/) },
    });
    // The next one is an hour away; another subscription does not bring it forward.
    await socket.subscribe({ more: null });
    await stage.publish('more', 1);
    expect(await socket.next()).toMatchObject({ type: 'event', channel: 'more' });
  });

  it('[P5] tells each outcome, and [P3] where delivery begins', async () => {
    await using stage = await openStage();
    await stage.publish('kept', 1, 2, 3);
    await stage.publish('cut', 1, 2, 3);
    await stage.rawLog.trim('cut', 2);
    const { epoch } = await stage.rawLog.head('kept');
    using socket = new TestSocket(stage, '/ws');
    const ask = async (channels: Record<string, string | null>) =>
      (await socket.subscribe(channels))['channels'];
    expect(await ask({ kept: null, cut: `${epoch}:2`, empty: null })).toEqual({
      kept: { outcome: 'continued', position: `${epoch}:3` },
      cut: { outcome: 'replayed', count: 1, position: `${epoch}:2` },
      empty: { outcome: 'continued', position: `${epoch}:0` },
    });
    expect(await ask({ kept: `${epoch}:9`, cut: `${epoch}:1` })).toEqual({
      kept: { outcome: 'reset', reason: 'ahead_of_log', position: `${epoch}:0` },
      cut: { outcome: 'reset', reason: 'trimmed', position: `${epoch}:2` },
    });
    expect(await ask({ kept: 'other:2' })).toEqual({
      kept: { outcome: 'reset', reason: 'epoch_changed', position: `${epoch}:0` },
    });
    // After a reset everything that is still kept is delivered.
    using late = new TestSocket(stage, '/ws');
    await late.subscribe({ cut: 'other:7' });
    expect(offsets(await late.events(1))).toEqual([3]);
  });

  it('[P7] disconnects when what comes next was trimmed away behind a slow reader', async () => {
    await using stage = await openStage();
    await stage.publish('news', 1);
    using socket = new TestSocket(stage, '/ws');
    await socket.subscribe({ news: null });
    // Announced to nobody, and gone before the heartbeat could find it.
    await stage.rawLog.append({ appends: [{ channel: 'news', events: [event('lost')] }] });
    await stage.rawLog.trim('news', 2);
    await stage.publish('news', 3);
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'position_lost' });
    expect(await socket.closed).toMatchObject({
      code: 4205,
      reason: expect.stringMatching(/^position_lost [\w-]{22}$/),
    });
  });

  it('[P11] gives the state of a run, then what came after it', async () => {
    const run = { id: 'wf_1', kind: 'k', state: 'running', private: false, owner: 'ada' };
    await using stage = await openStage({ runs: new Map([['wf_1', { run, offset: 2 } as never]]) });
    await stage.rawLog.append({
      appends: [{ channel: 'workflow:wf_1', events: [event(1), event(2), event(3)] }],
    });
    using socket = new TestSocket(stage, '/ws');
    const { channels } = await socket.subscribe({ 'workflow:wf_1': null, 'workflow:wf_unknown': null });
    expect(channels).toMatchObject({
      'workflow:wf_1': { outcome: 'snapshot' },
      'workflow:wf_unknown': { outcome: 'continued' },
    });
    expect(await socket.next()).toMatchObject({
      type: 'snapshot',
      channel: 'workflow:wf_1',
      offset: 2,
      state: run,
    });
    expect(await socket.next()).toMatchObject({ type: 'event', offset: 3 });
    expect((await socket.subscribe({ 'workflow:wf_1': 'old:7' }))['channels']).toMatchObject({
      'workflow:wf_1': { outcome: 'snapshot' },
    });
  });

  it('stops at unsubscribe, and says what is not subscribed', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws');
    await socket.subscribe({ a: null, b: null });
    expect(await socket.reply({ id: 2, type: 'unsubscribe', channels: ['a', 'c'] })).toMatchObject({
      type: 'error',
      code: 'not_subscribed',
    });
    expect(await socket.reply({ id: 3, type: 'unsubscribe', channels: ['a'] })).toMatchObject({ type: 'ok' });
    await stage.publish('a', 'unheard');
    await stage.publish('b', 'heard');
    expect(await socket.event()).toMatchObject({ channel: 'b', event: { data: 'heard' } });
  });
});

describe('commands', () => {
  it('[F15] acknowledges a publish with its place, and a repeat with the same', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws');
    const publish = { type: 'publish', channel: 'news', event: { type: 'x', data: 1 }, idempotencyKey: 'k' };
    const first = await socket.reply({ id: 1, ...publish });
    expect(first).toMatchObject({
      type: 'ok',
      channel: 'news',
      offset: 1,
      durability: 'disk',
      duplicate: false,
    });
    expect(await socket.reply({ id: 2, ...publish })).toEqual({ ...first, id: 2, duplicate: true });
    expect(await socket.reply({ id: 3, ...publish, event: { type: 'y' } })).toMatchObject({
      type: 'error',
      code: 'idempotency_key_reused',
    });
    expect(await socket.reply({ id: 4, ...publish, channel: 'memory', idempotencyKey: 'k' })).toMatchObject({
      type: 'ok',
      durability: 'memory',
    });
    expect(await socket.reply({ id: 5, ...publish, channel: '$SYS:x' })).toMatchObject({
      type: 'error',
      code: 'channel_forbidden',
    });
    expect(await socket.reply({ id: 6, ...publish, event: { type: 'workflow.invented' } })).toMatchObject({
      type: 'error',
      code: 'invalid_input',
    });
  });

  it('[F2] answers each command once, and what it cannot read with an error', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws');
    await socket.next();
    expect(await socket.reply({ id: 1, type: 'ping' })).toMatchObject({ type: 'ok', at: expect.any(String) });
    expect(await socket.reply({ id: 2, type: 'dance' })).toMatchObject({
      type: 'error',
      code: 'unknown_frame_type',
      retryable: false,
    });
    await socket.send('{');
    expect(await socket.next()).toMatchObject({ id: null, type: 'error', code: 'invalid_input' });
    expect(
      await socket.reply({ id: 3, type: 'control', workflow: 'wf_none', action: 'pause' }),
    ).toMatchObject({ type: 'error', code: 'not_found' });
  });

  it('[F1] ends a connection that sends binary', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws');
    await socket.opened;
    socket.websocket.send(Buffer.from('{}'));
    expect(await socket.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'bad_request' });
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  it('[F6] ends a connection that sends too much, too fast', async () => {
    await using stage = await openStage({
      limits: { messageBytes: 1_000, commandsPerSecond: 5, channelsPerConnection: 2 },
    });
    using large = new TestSocket(stage, '/ws');
    await large.send({ id: 1, type: 'ping', padding: 'x'.repeat(1_000) });
    expect(await large.until(({ type }) => type === 'disconnect')).toMatchObject({ code: 'too_large' });
    expect(await large.closed).toMatchObject({ code: 4413, reason: expect.stringContaining('too_large ') });

    using fast = new TestSocket(stage, '/ws');
    await fast.opened;
    for (let id = 0; id < 20; id += 1) await fast.send({ id, type: 'ping' });
    expect(await fast.until(({ type }) => type === 'disconnect')).toMatchObject({
      code: 'slow_down',
      retryAfterMs: expect.any(Number),
    });
    expect(await fast.closed).toMatchObject({ code: 4429 });

    using wide = new TestSocket(stage, '/ws');
    expect((await wide.subscribe({ a: null, b: null, c: null }))['channels']).toMatchObject({
      a: { outcome: 'continued' },
      b: { outcome: 'continued' },
      c: { outcome: 'denied', code: 'too_large' },
    });
  });
});

const UNKNOWN_KEY = `gl_00000000_${'0'.repeat(43)}`;

describe('authentication', () => {
  it('[F7] takes the first frame as credential, and what came behind it afterwards', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws', null);
    await socket.opened;
    expect(stage.services.connections.unauthenticated).toBe(1);
    await socket.send({ id: 1, type: 'auth', token: await stage.key('admin', { user: 'ben' }) });
    await socket.send({ id: 2, type: 'subscribe', channels: { news: null } });
    expect(await socket.next()).toMatchObject({ id: 1, type: 'ok', user: 'ben' });
    expect(await socket.next()).toMatchObject({ type: 'welcome', user: 'ben' });
    expect(await socket.next()).toMatchObject({ id: 2, type: 'ok' });
    expect(stage.services.connections).toMatchObject({ unauthenticated: 0, count: 1 });
    expect(stage.services.connections.countOfUser('ben')).toBe(1);
  });

  it('[F7] refuses a bad credential, another first frame, and silence', async () => {
    await using stage = await openStage({ limits: { authDeadlineMs: 100 } });
    using bad = new TestSocket(stage, '/ws', null);
    await bad.send({ id: 1, type: 'auth', token: UNKNOWN_KEY });
    expect(await bad.next()).toMatchObject({ type: 'refusal', code: 'api_key_unknown', status: 401 });
    expect(await bad.closed).toMatchObject({
      code: 4401,
      reason: expect.stringMatching(/^api_key_unknown [\w-]{22}$/),
    });

    using hasty = new TestSocket(stage, '/ws', null);
    await hasty.send({ id: 1, type: 'ping' });
    expect(await hasty.next()).toMatchObject({ type: 'refusal', code: 'credential_missing' });
    expect(await hasty.closed).toMatchObject({ code: 4401 });

    using silent = new TestSocket(stage, '/ws', null);
    expect(await silent.next()).toMatchObject({
      type: 'refusal',
      code: 'credential_missing',
      checked: expect.arrayContaining([
        { stage: 'credential', outcome: 'failed' },
        { stage: 'capacity', outcome: 'not_reached' },
      ]),
    });
    expect(await silent.closed).toMatchObject({ code: 4408 });
    expect(stage.services.connections.count).toBe(0);
  });

  it('[F7] cuts off whoever sends a lot before it is known', async () => {
    await using stage = await openStage({ limits: { unauthenticatedBytes: 500 } });
    using socket = new TestSocket(stage, '/ws', null);
    await socket.send({ id: 1, type: 'auth', token: 'x'.repeat(600) });
    expect(await socket.closed).toMatchObject({ code: 4413 });
  });

  it('[F8] ends with the credential, unless it was renewed by the same user', async () => {
    await using stage = await openStage();
    const keys = {
      ben: await stage.key('admin', { user: 'ben' }),
      eve: await stage.key('admin', { user: 'eve' }),
    };
    const expiresAt = Date.now() + 500;
    using expiring = new TestSocket(stage, '/ws', await stage.key('admin', { user: 'ada', expiresAt }));
    using renewed = new TestSocket(stage, '/ws', await stage.key('admin', { user: 'ben', expiresAt }));
    expect(await renewed.reply({ id: 1, type: 'auth', token: keys.eve })).toMatchObject({
      type: 'error',
      code: 'invalid_input',
    });
    expect(await renewed.reply({ id: 2, type: 'auth', token: UNKNOWN_KEY })).toMatchObject({
      type: 'error',
      code: 'api_key_unknown',
    });
    expect(await renewed.reply({ id: 3, type: 'auth', token: keys.ben })).toMatchObject({
      type: 'ok',
      user: 'ben',
    });
    expect(await expiring.until(({ type }) => type === 'disconnect')).toMatchObject({
      code: 'credential_rejected',
    });
    expect(await expiring.closed).toMatchObject({ code: 4401 });
    expect(await renewed.reply({ id: 4, type: 'ping' })).toMatchObject({ type: 'ok' });
  });
});

describe('permission', () => {
  it('[F13] is asked at subscribe', async () => {
    await using stage = await openStage();
    using socket = new TestSocket(stage, '/ws', await stage.key('viewer', { user: 'ben' }));
    expect(
      (await socket.subscribe({ '$SYS:connections': null, 'user:ada': null, 'user:ben': null }))['channels'],
    ).toMatchObject({
      '$SYS:connections': { outcome: 'denied', code: 'channel_forbidden' },
      'user:ada': { outcome: 'denied' },
      'user:ben': { outcome: 'continued' },
    });
  });

  it('[F13] is asked again when a run has become private', async () => {
    const runs = new Map();
    await using stage = await openStage({ runs });
    using owner = new TestSocket(stage, '/ws');
    using other = new TestSocket(stage, '/ws', await stage.key('admin', { user: 'ben' }));
    await owner.subscribe({ 'workflow:wf_9': null });
    await other.subscribe({ 'workflow:wf_9': null });
    runs.set('wf_9', { run: { id: 'wf_9', private: true, owner: 'ada' }, offset: 1 });
    await stage.services.log.append({ appends: [{ channel: 'workflow:wf_9', events: [event('secret')] }] });
    expect(await owner.event()).toMatchObject({ event: { data: 'secret' } });
    expect(await other.until(({ type }) => type === 'disconnect')).toMatchObject({
      code: 'forbidden',
    });
    expect(await other.closed).toMatchObject({ code: 4403 });
    expect(other.texts.join('')).not.toContain('secret');
  });
});

function event(data: unknown) {
  return {
    id: `e${String(data)}`,
    type: 't',
    source: '/s',
    time: '2026-01-01T00:00:00Z',
    specversion: '1.0',
    data,
  } as const;
}
