import { applyDelta } from '@greenlight/protocol/apply-delta';
import { userChannel, workflowChannel } from '@greenlight/protocol/channel';
import { isTerminal, type RunSnapshot } from '@greenlight/protocol/run';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunResult } from './runs.ts';
import { eventsOf } from './testing/heard-log.ts';
import { openRuns, START, workflowOf } from './testing/open-runs.ts';
import { RunError } from './workflow.ts';

const ran = (result: RunResult): RunSnapshot => {
  if (!result.ok) throw new Error(result.detail);
  return result.run;
};
const typesOf = async (log: Parameters<typeof eventsOf>[0], channel: string): Promise<string[]> =>
  (await eventsOf(log, channel)).map(({ event }) => event.type);

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
    expect(await open.runs.control('wf_none', 'cancel', 'ann')).toMatchObject({ code: 'not_found' });
    expect(await open.runs.get('wf_none')).toBeNull();
  });
});

/** Counts pieces, one after the other, until told to stop. */
const counting = () => {
  let pieces = 0;
  let enough = Promise.withResolvers<void>();
  const workflow = workflowOf((context) =>
    context.step('count', 'Count', async (step) => {
      for (;;) {
        await context.checkpoint();
        pieces += 1;
        step.progress({ completed: pieces });
        if (pieces % 10 === 0) enough.resolve();
        await step.flush();
      }
    }),
  );
  return {
    workflow,
    worked: () => pieces,
    more: () => {
      enough = Promise.withResolvers<void>();
      return enough.promise;
    },
  };
};

describe('steering', () => {
  it('[X7] cancels a busy run within 250 ms, after which it does no work and appends nothing', async () => {
    const { workflow, worked, more } = counting();
    await using open = await openRuns([workflow], { limits: { progressMs: 1 } });
    const { id } = ran(await open.runs.start(START));
    await more();
    const asked = performance.now();
    const cancelled = ran(await open.runs.control(id, 'cancel', 'bob'));
    expect(performance.now() - asked).toBeLessThan(250);
    expect(cancelled).toMatchObject({ state: 'cancelled', reason: 'Cancelled by bob.' });
    const then = worked();
    await open.runs.close();
    expect(worked()).toBe(then);
    const types = await typesOf(open.log, workflowChannel(id));
    expect(types.at(-1)).toBe('workflow.cancelled');
    expect(await open.log.record('run_leases', id)).toBeNull();
  });

  it('[X8] pauses at the next checkpoint, is silent until resumed, and then goes on', async () => {
    const { workflow, worked, more } = counting();
    await using open = await openRuns([workflow], { limits: { progressMs: 1 } });
    const { id } = ran(await open.runs.start(START));
    await more();
    ran(await open.runs.control(id, 'pause', 'bob'));
    const other = ran(await open.runs.start(START));
    await more();
    expect(await typesOf(open.log, workflowChannel(id))).toSatisfy(
      (types: string[]) => types.at(-1) === 'workflow.paused',
    );
    expect(await open.runs.get(id)).toMatchObject({ run: { state: 'paused', reason: 'Paused by bob.' } });
    ran(await open.runs.control(other.id, 'cancel', 'bob'));
    const before = worked();
    ran(await open.runs.control(id, 'resume', 'bob'));
    await more();
    expect(worked()).toBeGreaterThan(before);
    const types = await typesOf(open.log, workflowChannel(id));
    expect(types.indexOf('workflow.resumed')).toBe(types.indexOf('workflow.paused') + 1);
  });

  it('[X8] holds back what a paused run still reports, and commits it when resumed', async () => {
    const paused = Promise.withResolvers<void>();
    const inStep = Promise.withResolvers<void>();
    await using open = await openRuns([
      workflowOf((context) =>
        context.step('s', 'S', async (step) => {
          inStep.resolve();
          await paused.promise;
          step.progress({ completed: 7, records: [{ collection: 'things', id: 'late', value: 1 }] });
        }),
      ),
    ]);
    const { id } = ran(await open.runs.start(START));
    await inStep.promise;
    ran(await open.runs.control(id, 'pause', 'bob'));
    paused.resolve();
    ran(await open.runs.control(id, 'resume', 'bob'));
    await open.event(({ event }) => event.type === 'workflow.completed');
    const types = await typesOf(open.log, workflowChannel(id));
    expect(types.slice(types.indexOf('workflow.paused'))).toEqual([
      'workflow.paused',
      'workflow.resumed',
      'step.completed',
      'workflow.completed',
    ]);
    expect(await open.log.record('things', 'late')).not.toBeNull();
  });

  it('[X7] cancels a queued run, which then never begins', async () => {
    const go = Promise.withResolvers<void>();
    await using open = await openRuns([workflowOf(() => go.promise)], { limits: { concurrency: 1 } });
    const first = ran(await open.runs.start(START));
    const second = ran(await open.runs.start(START));
    const third = ran(await open.runs.start(START));
    expect(await open.runs.control(second.id, 'pause', 'bob')).toMatchObject({ code: 'state_conflict' });
    ran(await open.runs.control(second.id, 'cancel', 'bob'));
    go.resolve();
    await open.event(
      ({ channel, event }) => channel === workflowChannel(third.id) && event.type === 'workflow.completed',
    );
    expect(await typesOf(open.log, workflowChannel(second.id))).toEqual([
      'workflow.created',
      'workflow.cancelled',
    ]);
    expect(await open.runs.get(first.id)).toMatchObject({ run: { state: 'completed' } });
  });

  it('[X10] lets nothing follow a final state, whoever else wanted to write at that moment', async () => {
    await using open = await openRuns(
      [
        workflowOf((context) =>
          context.step('s', 'S', async (step) => {
            for (let n = 1; n <= 5; n += 1) {
              await context.checkpoint();
              step.progress({ completed: n });
              await step.flush();
            }
          }),
        ),
      ],
      { limits: { progressMs: 0, concurrency: 4 } },
    );
    const elsewhere = await open.another([]);
    const action = fc.record({
      here: fc.boolean(),
      action: fc.constantFrom('pause', 'resume', 'cancel'),
      wait: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const { id } = ran(await open.runs.start(START));
        const answers: Promise<RunResult>[] = [];
        for (const { here, action, wait } of actions) {
          const answer = (here ? open.runs : elsewhere).control(id, action, 'bob');
          answers.push(answer);
          if (wait) await answer;
        }
        const won = (await Promise.all(answers)).filter(({ ok }) => ok).length;
        // A run that was left paused does not end by itself.
        if ((await elsewhere.get(id))?.run.state === 'paused') await elsewhere.control(id, 'cancel', 'bob');
        await open.event(
          ({ channel, event }) =>
            channel === workflowChannel(id) &&
            isTerminal((event.data as { state?: RunSnapshot['state'] }).state ?? 'running'),
        );

        const events = await eventsOf(open.log, workflowChannel(id));
        const states = events.flatMap(({ event }) => (event.data as { state?: string }).state ?? []);
        const final = states.filter((state) => isTerminal(state as RunSnapshot['state']));
        expect(final).toHaveLength(1);
        expect(states.at(-1)).toBe(final[0]);
        expect(events.at(-1)?.event.data).toHaveProperty('state', final[0]);
        expect(won).toBeLessThanOrEqual(states.length - 1);
        const folded = events.slice(1).reduce(applyDelta, events[0]?.event.data as RunSnapshot);
        expect((await elsewhere.get(id))?.run).toEqual(folded);
      }),
      { numRuns: 60 },
    );
    expect(open.bugs).toEqual([]);
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
});
