import type { RunSnapshot } from '@greenlight/protocol/run';
import { describe, expect, it } from 'vitest';
import { createClient } from './client.ts';
import type { RunHandle } from './run.ts';
import { startProtocolServer } from './test/protocol-server.ts';

const CHANNEL = 'workflow:wf_1';
const queued: RunSnapshot = {
  id: 'wf_1',
  kind: 'validation',
  state: 'queued',
  transition: 1,
  owner: 'ada',
  private: false,
  title: 'Docs',
  input: {},
  createdAt: '2026-01-01T00:00:00Z',
  progress: { completed: 0, unit: 'files' },
  steps: [],
  counts: {},
  autoResumed: 0,
};

async function follow() {
  const server = await startProtocolServer();
  const client = createClient({
    url: server.url,
    credential: { token: 'secret' },
    limits: { firstRetryMs: 10 },
  });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Resolves when the run's snapshot satisfies `test`. */
function when(run: RunHandle, test: (snapshot: RunSnapshot) => boolean): Promise<RunSnapshot> {
  return new Promise((resolve) => {
    const look = (snapshot: RunSnapshot | null): void => {
      if (snapshot && test(snapshot)) resolve(snapshot);
    };
    run.snapshot.subscribe(look);
    look(run.snapshot.current);
  });
}

describe('a run handle', () => {
  it('[K21] begins with a snapshot, applies each event to it, and is done when the run has ended', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    server.append(CHANNEL, { state: 'queued' }, { type: 'workflow.created' });
    server.setSnapshot(CHANNEL, queued);
    const run = client.run('wf_1');
    await when(run, ({ state }) => state === 'queued');
    server.append(CHANNEL, { state: 'running' }, { type: 'workflow.started' });
    const running = await when(run, ({ state }) => state === 'running');
    expect(running.transition).toBe(2);
    server.append(
      CHANNEL,
      { progress: { completed: 3, total: 9, unit: 'files' } },
      { type: 'workflow.progress' },
    );
    server.append(CHANNEL, { state: 'completed', result: 42 }, { type: 'workflow.completed' });
    expect(await run.done).toMatchObject({
      ok: true,
      run: { state: 'completed', result: 42, progress: { completed: 3 } },
    });
    expect(client.status.current.subscriptions.total).toBe(0);
  });

  it('[K21] misses nothing over a reconnect, and iterates to the end', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    server.append(CHANNEL, { state: 'queued' }, { type: 'workflow.created' });
    server.setSnapshot(CHANNEL, queued);
    const run = client.run('wf_1');
    await when(run, () => true);
    server.cut();
    await server.until(() => server.open === 0);
    server.append(CHANNEL, { state: 'running' }, { type: 'workflow.started' });
    server.append(CHANNEL, { state: 'completed' }, { type: 'workflow.completed' });
    const states: string[] = [];
    for await (const { state } of run) states.push(state);
    expect(states.at(-1)).toBe('completed');
    expect(server.commands.filter(({ type }) => type === 'subscribe').at(-1)).toMatchObject({
      channels: { [CHANNEL]: { epoch: 'e1', offset: 1 } },
    });
  });

  it('[K17] gives the events from the first on beside the snapshot, over the same channel', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    server.append(CHANNEL, { state: 'queued' }, { type: 'workflow.created' });
    server.append(CHANNEL, { state: 'running' }, { type: 'workflow.started' });
    server.setSnapshot(CHANNEL, { ...queued, state: 'running', transition: 2 });
    const run = client.run('wf_1');
    const types: string[] = [];
    const listening = (async () => {
      for await (const { event } of run.events()) types.push(event.type);
    })();
    await when(run, ({ state }) => state === 'running');
    server.append(CHANNEL, { state: 'cancelled' }, { type: 'workflow.cancelled' });
    await listening;
    expect(types).toEqual(['workflow.created', 'workflow.started', 'workflow.cancelled']);
    expect(await run.done).toMatchObject({ ok: true, run: { state: 'cancelled' } });
  });

  it('[K21] asks for a snapshot when a run begins after it was looked for', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    const run = client.run('wf_1');
    await server.until(() => server.commands.some(({ type }) => type === 'subscribe'));
    server.setSnapshot(CHANNEL, queued);
    server.append(CHANNEL, { state: 'queued' }, { type: 'workflow.created' });
    expect(await when(run, () => true)).toMatchObject({ id: 'wf_1' });
  });

  it('[K21] is done with the reason when the run may not be read', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    server.deny(CHANNEL);
    expect(await client.run('wf_1').done).toMatchObject({ ok: false, code: 'channel_forbidden' });
  });

  it('is steered over the connection, and over HTTP without one', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    expect(await client.control('wf_1', 'pause')).toEqual({ ok: true, workflow: 'wf_1', state: 'paused' });
    expect(server.posted).toMatchObject([{ type: 'control', action: 'pause' }]);
    server.setSnapshot(CHANNEL, queued);
    const run = client.run('wf_1');
    await when(run, () => true);
    expect(await run.cancel()).toMatchObject({ ok: true });
    expect(server.commands.at(-1)).toMatchObject({ type: 'control', workflow: 'wf_1', action: 'cancel' });
  });

  it('is started, and followed', async () => {
    await using setting = await follow();
    const { server, client } = setting;
    server.setSnapshot(CHANNEL, queued);
    const started = await client.start('validation', { paths: ['docs'] });
    if (!started.ok) throw new Error(started.detail);
    expect(await when(started.run, () => true)).toMatchObject({ title: 'Docs' });
    started.run.close();
    expect(await started.run.done).toMatchObject({ ok: false });
  });
});
