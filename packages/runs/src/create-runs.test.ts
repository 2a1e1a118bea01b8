import { applyDelta } from '@greenlight/protocol/apply-delta';
import { userChannel, workflowChannel } from '@greenlight/protocol/channel';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { describe, expect, it } from 'vitest';
import { eventsOf } from './testing/heard-log.ts';
import { openRuns, START, workflowOf } from './testing/open-runs.ts';
import { ran, typesOf } from './testing/ran.ts';
import { RunError } from './workflow.ts';

describe('a run', () => {
  it('[X3] is created, begun and ended with one event for each transition, on its channel and the overview', async () => {
    await using open = await openRuns([workflowOf(async () => ({ answer: 42 }))]);
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'workflow.completed');
    const expected = ['workflow.created', 'workflow.started', 'workflow.completed'];
    expect(await typesOf(open.log, workflowChannel(id))).toEqual(expected);
    expect(await typesOf(open.log, 'workflows')).toEqual(expected);
    const found = await open.runs.get(id);
    expect(found).toMatchObject({
      offset: 3,
      run: { state: 'completed', transition: 3, result: { answer: 42 } },
    });
  });

  it('[X4] is, at each offset, its created snapshot with the later events folded in', async () => {
    await using open = await openRuns([
      workflowOf(async (context) => {
        await context.step('one', 'First', async (step) => {
          for (let n = 1; n <= 50; n += 1) {
            step.progress({
              completed: n,
              total: 50,
              counts: { seen: n },
              run: { completed: n, total: 100 },
            });
            await context.checkpoint();
          }
          await step.flush();
        });
        await context.step('two', 'Second', async (step) => {
          step.progress({
            completed: 1,
            counts: { other: 1 },
            events: [{ channel: 'things', event: { type: 'x' } }],
          });
        });
        return 'done';
      }),
    ]);
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'step.started');
    const live = await open.runs.get(id);
    await open.event(({ event }) => event.type === 'workflow.completed');

    await open.runs.close();
    const events = await eventsOf(open.log, workflowChannel(id));
    const created = events[0]?.event.data as RunSnapshot;
    const upTo = (offset: number) =>
      events.filter((event) => event.offset > 1 && event.offset <= offset).reduce(applyDelta, created);
    expect(live?.run).toEqual(upTo(live?.offset ?? 0));
    const end = await open.runs.get(id);
    expect(end?.run).toEqual(upTo(end?.offset ?? 0));
    expect((await open.log.record('runs', id))?.version).toBe(end?.run.transition);
    expect(end?.run).toMatchObject({
      progress: { completed: 50, total: 100, unit: 'pieces' },
      counts: { seen: 50, other: 1 },
      steps: [
        { id: 'one', state: 'completed', completed: 50, total: 50 },
        { id: 'two', state: 'completed', completed: 1 },
      ],
    });
    expect(await typesOf(open.log, 'things')).toEqual(['x']);
  });

  it('[X9] coalesces 10,000 reports into few events and keeps each record', async () => {
    await using open = await openRuns([
      workflowOf((context) =>
        context.step('all', 'All', async (step) => {
          for (let n = 1; n <= 10_000; n += 1)
            step.progress({
              completed: n,
              records: [{ collection: 'things', id: `t${n}`, value: n, parent: 'all' }],
            });
          await step.flush();
        }),
      ),
    ]);
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'workflow.completed');
    expect(await open.log.count('things', 'all')).toBe(10_000);
    const steps = (await eventsOf(open.log, workflowChannel(id))).filter(
      ({ event }) => event.type === 'step.progress',
    );
    expect(steps.length).toBeLessThan(5);
    expect(await open.runs.get(id)).toMatchObject({ run: { steps: [{ completed: 10_000 }] } });
  });

  it('[X9] lets the overview hear less often, and always the last numbers', async () => {
    const last = 40;
    await using open = await openRuns(
      [
        workflowOf((context) =>
          context.step('s', 'S', async (step) => {
            for (let n = 1; n <= last; n += 1) {
              step.progress({ completed: n, run: { completed: n } });
              await step.flush();
            }
            // Only when the overview has them does the run end.
            await open.event(
              ({ channel, event }) =>
                channel === 'workflows' &&
                event.type === 'workflow.progress' &&
                (event.data as { progress: { completed: number } }).progress.completed === last,
            );
          }),
        ),
      ],
      { limits: { progressMs: 1, overviewMs: 100 } },
    );
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'workflow.completed');
    const count = async (channel: string): Promise<number> =>
      (await typesOf(open.log, channel)).filter((type) => type === 'workflow.progress').length;
    expect(await count(workflowChannel(id))).toBeGreaterThanOrEqual(last);
    expect(await count('workflows')).toBeLessThan(last / 2);
  });

  it("[X5] that is private speaks only on its own channel and its owner's", async () => {
    const workflow = workflowOf((context) =>
      context.step('s', 'S', async (step) => {
        step.progress({
          run: { completed: 1 },
          events: [{ channel: 'validations', event: { type: 'validation.created' } }],
        });
      }),
    );
    await using open = await openRuns([workflow]);
    const { id } = ran(await open.runs.start({ ...START, private: true }));
    expect(open.runs.privateOwner(id)).toBe('ann');
    await open.event(({ event }) => event.type === 'workflow.completed');
    const channels = new Set(open.all.map(({ channel }) => channel));
    expect([...channels].toSorted()).toEqual([userChannel('ann'), workflowChannel(id)].toSorted());
    expect(await typesOf(open.log, userChannel('ann'))).toContain('validation.created');
    const again = await open.another([workflow]);
    expect(again.privateOwner(id)).toBe('ann');
    expect(again.privateOwner('wf_other')).toBeNull();
  });

  it('[X6] fails with the sentence of a RunError, and of a bug with the word that it is one', async () => {
    await using open = await openRuns([
      workflowOf(({ run }) =>
        Promise.reject(
          run.title === 'bug' ? new TypeError('x is null') : new RunError('The folder is gone.'),
        ),
      ),
    ]);
    const one = ran(await open.runs.start(START));
    const two = ran(await open.runs.start({ ...START, title: 'bug' }));
    const failed = (id: string) =>
      open.event(({ channel, event }) => channel === workflowChannel(id) && event.type === 'workflow.failed');
    expect((await failed(one.id)).event.data).toMatchObject({
      state: 'failed',
      reason: 'The folder is gone.',
    });
    expect((await failed(two.id)).event.data).toMatchObject({ reason: expect.stringContaining('bug') });
    expect(open.bugs).toEqual([expect.any(TypeError)]);
  });

  it('[X6] fails when a step fails, names the step, and ends its other steps', async () => {
    const ended = Promise.withResolvers<unknown>();
    await using open = await openRuns([
      workflowOf(async (context) => {
        await Promise.all([
          context.step('bad', 'Bad', () => Promise.reject(new RunError('No luck.'))),
          context.step('slow', 'Slow', () => {
            context.signal.addEventListener('abort', () => ended.resolve(context.signal.reason));
            return new Promise(() => {});
          }),
        ]);
      }),
    ]);
    const { id } = ran(await open.runs.start(START));
    await ended.promise;
    const found = await open.runs.get(id);
    expect(found?.run).toMatchObject({ state: 'failed', reason: 'No luck.' });
    expect(found?.run.steps).toMatchObject([
      { id: 'bad', state: 'failed', error: 'No luck.' },
      { id: 'slow' },
    ]);
  });

  it('[X6] refuses what it does not understand, and says what to change', async () => {
    await using open = await openRuns([workflowOf(async () => null)]);
    expect(await open.runs.start({ ...START, kind: 'nope' })).toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('test'),
    });
    expect(await open.runs.start({ ...START, input: 'text' })).toMatchObject({ code: 'invalid_input' });
    expect(await open.runs.control('wf_none', 'cancel', { user: 'ann' })).toMatchObject({
      code: 'not_found',
    });
    expect(await open.runs.get('wf_none')).toBeNull();
  });
});

describe('the list of runs', () => {
  it('[X2] is newest first, filtered, and paged by id', async () => {
    await using open = await openRuns([workflowOf(async () => null)]);
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1)
      ids.unshift(ran(await open.runs.start({ ...START, owner: n % 2 === 0 ? 'ann' : 'bob' })).id);
    const listed = async (filter: Parameters<typeof open.runs.list>[0]) =>
      (await open.runs.list(filter)).map(({ id }) => id);
    expect(await listed({})).toEqual(ids);
    expect(await listed({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await listed({ limit: 3, before: ids[2] as string })).toEqual(ids.slice(3, 6));
    expect(await listed({ owner: 'bob' })).toEqual(ids.filter((_, at) => at % 2 === 1));
    expect(await listed({ kind: 'other' })).toEqual([]);
  });

  it('[X2] finds the newest and the rare among 10,000 soon', async () => {
    await using open = await openRuns([workflowOf(async () => null)]);
    const { id } = ran(await open.runs.start(START));
    await open.event(({ event }) => event.type === 'workflow.completed');
    const run = (await open.runs.get(id))?.run;
    for (let from = 0; from < 10_000; from += 500)
      await open.log.append({
        appends: [],
        records: Array.from({ length: 500 }, (_, n) => {
          const id = `wf_${(from + n).toString().padStart(20, '0')}`;
          return { collection: 'runs', id, value: { ...run, id, owner: n + from === 7 ? 'eve' : 'ann' } };
        }),
      });
    const took = async (filter: Parameters<typeof open.runs.list>[0]): Promise<[number, number]> => {
      const began = performance.now();
      const { length } = await open.runs.list(filter);
      return [length, performance.now() - began];
    };
    const [newest, newestMs] = await took({ limit: 50 });
    const [rare, rareMs] = await took({ owner: 'eve' });
    expect([newest, rare]).toEqual([50, 1]);
    expect(newestMs).toBeLessThan(100);
    expect(rareMs).toBeLessThan(2_000);
  });
});
