import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflowChannel } from '@greenlight/protocol/channel';
import { describe, expect, it } from 'vitest';
import type { Log } from '@greenlight/log/log';
import { eventsOf } from './testing/heard-log.ts';
import { aborted, keptWorkflow } from './testing/kept-workflow.ts';
import { killAt } from './testing/kill-at.ts';
import { openRuns, START, workflowOf } from './testing/open-runs.ts';
import { ran } from './testing/ran.ts';

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'greenlight-recovery-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs a process until its run hangs in the second step, then kills it. */
const executeAndKill = (folder: string): Promise<void> =>
  killAt(new URL('testing/run-child.ts', import.meta.url), [folder]);

const transitionsOf = async (log: Log, id: string): Promise<string[]> =>
  (await eventsOf(log, workflowChannel(id)))
    .map(({ event }) => event.type)
    .filter((type) => type.startsWith('workflow.') && type !== 'workflow.progress');

describe('a run whose process was killed', () => {
  it('[X11] is stalled, then resumed once, [X12] and ends with the right numbers without repeating a step', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'hang'), '');
    await executeAndKill(folder.path);
    await rm(join(folder.path, 'hang'));

    await using open = await openRuns([keptWorkflow(folder.path)], { folder: folder.path });
    await open.event(({ event }) => event.type === 'workflow.completed');
    const [run] = await open.runs.list();
    await open.runs.close();
    expect(await transitionsOf(open.log, run?.id ?? '')).toEqual([
      'workflow.created',
      'workflow.started',
      'workflow.stalled',
      'workflow.resumed',
      'workflow.completed',
    ]);
    expect((await open.runs.get(run?.id ?? ''))?.run).toMatchObject({
      state: 'completed',
      autoResumed: 1,
      result: { made: 10 },
      counts: { made: 10 },
      progress: { completed: 10, total: 10 },
      steps: [
        { id: 'one', state: 'completed', completed: 5 },
        { id: 'two', state: 'completed', completed: 5 },
      ],
    });
    expect(await readFile(join(folder.path, 'work.txt'), 'utf8')).toBe('one\ntwo\ntwo\n');
  });

  it('[X18] is shown, and nothing of it written, before runs begin; what is started meanwhile comes after it', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'hang'), '');
    await executeAndKill(folder.path);
    await rm(join(folder.path, 'hang'));

    await using open = await openRuns([keptWorkflow(folder.path)], { folder: folder.path, begin: false });
    const [left] = await open.runs.list();
    expect(left).toMatchObject({ state: 'running' });
    const late = ran(await open.runs.start({ kind: 'kept', input: {}, owner: 'eve', private: true }));
    expect(open.runs.privateOwner(late.id)).toBe('eve');
    expect((await open.runs.get(late.id))?.run.state).toBe('queued');
    expect(open.all.map(({ event }) => event.type)).toEqual(['workflow.created', 'workflow.created']);
    await open.runs.begin();
    await open.event(
      ({ channel, event }) => channel.endsWith(late.id) && event.type === 'workflow.completed',
    );
    const taken = open.all.map(({ event }) => event).filter(({ type }) => type !== 'workflow.created');
    expect(taken.slice(0, 2).map(({ type, subject }) => [type, subject])).toEqual([
      ['workflow.stalled', left?.id],
      ['workflow.stalled', left?.id],
    ]);
  });

  it('[X11] stays stalled after the second death, until a person resumes it', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'hang'), '');
    await executeAndKill(folder.path);
    await executeAndKill(folder.path);
    await rm(join(folder.path, 'hang'));

    await using open = await openRuns([keptWorkflow(folder.path)], { folder: folder.path });
    const [run] = await open.runs.list();
    expect(run).toMatchObject({
      state: 'stalled',
      autoResumed: 1,
      reason: 'The process that executed it ended.',
      progress: { completed: 7 },
    });
    ran(await open.runs.control(run?.id ?? '', 'resume', { user: 'bob' }));
    await open.event(({ event }) => event.type === 'workflow.completed');
    expect(await readFile(join(folder.path, 'work.txt'), 'utf8')).toBe('one\ntwo\ntwo\ntwo\n');
  });
});

describe('an orderly stop', () => {
  it('[X11] leaves a run stalled, and each next start resumes it', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'hang'), '');
    for (let life = 1; life <= 3; life += 1) {
      const hanging = Promise.withResolvers<void>();
      await using open = await openRuns([keptWorkflow(folder.path, hanging.resolve)], {
        folder: folder.path,
      });
      if (life === 1) ran(await open.runs.start({ kind: 'kept', input: {}, owner: 'ann' }));
      await hanging.promise;
      await open.runs.close();
      const [run] = await open.runs.list();
      expect(run).toMatchObject({ state: 'stalled', autoResumed: 0, progress: { completed: 7 } });
    }
    await rm(join(folder.path, 'hang'));
    await using open = await openRuns([keptWorkflow(folder.path)], { folder: folder.path });
    await open.event(({ event }) => event.type === 'workflow.completed');
  });

  it('[X12] keeps paused runs paused, and takes up queued ones at the next start', async () => {
    await using folder = await temporaryFolder();
    const begun = Promise.withResolvers<void>();
    const endless = workflowOf(async ({ signal }) => {
      begun.resolve();
      await aborted(signal);
    });
    const ids: string[] = [];
    {
      await using open = await openRuns([endless], { folder: folder.path, limits: { concurrency: 1 } });
      ids.push(ran(await open.runs.start(START)).id);
      await begun.promise;
      ran(await open.runs.control(ids[0] as string, 'pause', { user: 'bob' }));
      ids.push(ran(await open.runs.start(START)).id, ran(await open.runs.start(START)).id);
      await open.event(
        ({ event, channel }) => event.type === 'workflow.started' && channel.endsWith(ids[1] ?? ''),
      );
    }
    await using open = await openRuns([workflowOf(async () => 'done')], { folder: folder.path });
    await open.event(
      ({ event, channel }) => event.type === 'workflow.completed' && channel.endsWith(ids[1] ?? ''),
    );
    await open.event(
      ({ event, channel }) => event.type === 'workflow.completed' && channel.endsWith(ids[2] ?? ''),
    );
    expect(await open.runs.get(ids[0] as string)).toMatchObject({ run: { state: 'paused' } });
    ran(await open.runs.control(ids[0] as string, 'resume', { user: 'bob' }));
    await open.event(
      ({ event, channel }) => event.type === 'workflow.completed' && channel.endsWith(ids[0] ?? ''),
    );
  });
});

describe('a lease', () => {
  it('[X13] that ended makes its run stalled, and resumed here', async () => {
    await using open = await openRuns([workflowOf(async () => 'done')], { limits: { leaseMs: 30 } });
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'workflow.completed');
    // What another node leaves behind that began a run and was never heard of again.
    const found = await open.runs.get(id);
    const lost = { ...found?.run, id: 'wf_lost', state: 'running' };
    const created = open.all.find(({ event }) => event.type === 'workflow.created')?.event;
    await open.log.append({
      appends: [{ channel: 'workflow:wf_lost', events: [{ ...created!, data: lost }] }],
      records: [
        { collection: 'runs', id: 'wf_lost', value: lost, at: 0 },
        { collection: 'run_leases', id: 'wf_lost', value: { holder: 'n_gone', until: Date.now() + 10 } },
      ],
    });
    await open.event(
      ({ channel, event }) => channel.endsWith('wf_lost') && event.type === 'workflow.completed',
    );
    expect(await transitionsOf(open.log, 'wf_lost')).toEqual([
      'workflow.created',
      'workflow.stalled',
      'workflow.resumed',
      'workflow.completed',
    ]);
  });

  it('[X13] is renewed while the run is executed, however long it says nothing', async () => {
    const end = Promise.withResolvers<void>();
    const renewed = Promise.withResolvers<void>();
    await using open = await openRuns([workflowOf(() => end.promise)], {
      limits: { leaseMs: 30 },
      wrap: (log) => {
        let renewals = 0;
        return {
          ...log,
          append: (append) => {
            if (append.appends.length === 0 && ++renewals === 10) renewed.resolve();
            return log.append(append);
          },
        };
      },
    });
    const { id } = ran(await open.runs.start(START));
    await renewed.promise;
    expect(await transitionsOf(open.log, id)).toEqual(['workflow.created', 'workflow.started']);
    end.resolve();
    await open.event(({ event }) => event.type === 'workflow.completed');
  });
});

describe('a log that cannot write for a while', () => {
  it('[X9] loses nothing of what a run reports meanwhile', async () => {
    let away = 0;
    await using open = await openRuns(
      [
        workflowOf((context) =>
          context.step('s', 'S', async (step) => {
            away = 3;
            step.progress({ completed: 1, records: [{ collection: 'things', id: 'one', value: 1 }] });
            await step.flush();
            away = 3;
            return 'kept';
          }),
        ),
      ],
      {
        limits: { retryMs: 5 },
        wrap: (log) => ({
          ...log,
          append: async (append) =>
            away > 0 && away-- > 0
              ? { ok: false, reason: 'unavailable', detail: 'The disk is full.' }
              : log.append(append),
        }),
      },
    );
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'workflow.completed');
    expect(away).toBe(0);
    expect(await open.log.record('things', 'one')).not.toBeNull();
    expect(await open.log.record('run_steps', `${id}:s`)).toMatchObject({ value: { result: 'kept' } });
    expect(open.bugs).toEqual([]);
  });
});
