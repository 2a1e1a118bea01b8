import { describe, expect, it } from 'vitest';
import { openStage } from '../testing/stage.ts';
import { TestSocket } from '../testing/clients.ts';
import type { RunsByHand } from '../testing/runs-in-memory.ts';

describe('a plain socket', () => {
  it('[F10] says where it stands, then gives event frames', async () => {
    await using stage = await openStage();
    await stage.publish('news', 'a');
    const { epoch } = await stage.rawLog.head('news');
    using now = new TestSocket(stage, '/ws/news');
    expect(await now.next()).toEqual({
      type: 'connection_established',
      channel: 'news',
      position: `${epoch}:1`,
      outcomes: { news: { outcome: 'continued', position: `${epoch}:1` } },
    });
    using resumed = new TestSocket(stage, `/ws/news?since=${epoch}:0`);
    expect(await resumed.next()).toMatchObject({ type: 'connection_established', position: `${epoch}:0` });
    expect(await resumed.next()).toMatchObject({ type: 'event', channel: 'news', epoch, offset: 1 });
    await stage.publish('news', 'b');
    expect(await now.next()).toMatchObject({ type: 'event', offset: 2, event: { data: 'b' } });
    expect(await resumed.next()).toMatchObject({ type: 'event', offset: 2 });
  });

  it('[F10] carries a vector where it has several channels, and takes it back', async () => {
    await using stage = await openStage();
    const { log } = stage.services;
    const event = {
      id: '1',
      type: 'validation.created',
      source: '/s',
      time: '2026-01-01T00:00:00Z',
      specversion: '1.0',
    } as const;
    await log.append({ appends: [{ channel: 'validations', events: [event] }] });
    using first = new TestSocket(stage, '/ws/validation_updates');
    const { position, channel } = await first.next();
    expect(channel).toBe('validation_updates');
    expect(position).toMatch(/^validations=\w+:1,recommendations=\w+:0$/);
    await log.append({ appends: [{ channel: 'recommendations', events: [event] }] });
    using second = new TestSocket(stage, `/ws/validation_updates?since=${position}`);
    expect(await second.next()).toMatchObject({ type: 'connection_established', position });
    expect(await second.next()).toMatchObject({ type: 'event', channel: 'recommendations', offset: 1 });
  });

  it('begins a run where it began, and [F10] ends with the reason when asked for what is no position', async () => {
    await using stage = await openStage();
    const event = {
      id: '1',
      type: 'workflow.created',
      source: '/s',
      time: '2026-01-01T00:00:00Z',
      specversion: '1.0',
    } as const;
    await stage.services.log.append({ appends: [{ channel: 'workflow:wf_1', events: [event] }] });
    using run = new TestSocket(stage, '/ws/wf_1');
    expect(await run.next()).toMatchObject({
      channel: 'workflow:wf_1',
      outcomes: { 'workflow:wf_1': { outcome: 'replayed', count: 1 } },
    });
    expect(await run.next()).toMatchObject({ type: 'event', offset: 1 });
    using wrong = new TestSocket(stage, '/ws/news?since=yesterday');
    expect(await wrong.next()).toMatchObject({
      type: 'disconnect',
      code: 'bad_request',
      reason: expect.stringContaining('epoch:offset'),
    });
    expect(await wrong.closed).toMatchObject({ code: 4400 });
  });

  it('[F11] answers a ping, steers its run, and says what it does not understand', async () => {
    const run = { id: 'wf_1', state: 'paused', private: false, owner: 'ada' };
    await using stage = await openStage({ runs: new Map([['wf_1', { run, offset: 0 } as never]]) });
    using socket = new TestSocket(stage, '/ws/wf_1');
    await socket.next();
    await socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    await socket.send({ type: 'pause_workflow' });
    expect(await socket.next()).toEqual({ type: 'ok', workflow: 'wf_1', state: 'paused' });
    await socket.send({ type: 'dance' });
    expect(await socket.next()).toMatchObject({ type: 'error', code: 'unknown_frame_type' });
    await socket.send('hello');
    expect(await socket.next()).toMatchObject({ type: 'error', code: 'invalid_input' });
    using other = new TestSocket(stage, '/ws/news');
    await other.next();
    await other.send({ type: 'cancel_workflow' });
    expect(await other.next()).toMatchObject({
      type: 'error',
      code: 'invalid_input',
      detail: expect.stringContaining('/ws/<workflow id>'),
    });
  });

  it('[F13] ends when what it reads has become private', async () => {
    const runs: RunsByHand = new Map();
    await using stage = await openStage({ runs });
    using socket = new TestSocket(stage, '/ws/wf_9', await stage.key('viewer', { user: 'ben' }));
    expect(await socket.next()).toMatchObject({ type: 'connection_established' });
    const run = { id: 'wf_9', private: true, owner: 'ada' };
    runs.set('wf_9', { run, offset: 1 } as never);
    await stage.services.log.append({
      appends: [
        {
          channel: 'workflow:wf_9',
          events: [
            {
              id: '1',
              type: 't',
              source: '/s',
              time: '2026-01-01T00:00:00Z',
              specversion: '1.0',
              data: 'secret',
            },
          ],
        },
      ],
    });
    expect(await socket.next()).toMatchObject({ type: 'disconnect', code: 'forbidden' });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(socket.texts.join('')).not.toContain('secret');
  });
});
