import { applyDelta } from '@greenlight/protocol/apply-delta';
import { workflowChannel } from '@greenlight/protocol/channel';
import { isTerminal, type RunSnapshot } from '@greenlight/protocol/run';
import type { Log } from '@greenlight/log/log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunResult } from './runs.ts';
import { eventsOf } from './testing/heard-log.ts';
import { openRuns, START, workflowOf } from './testing/open-runs.ts';
import { ran, typesOf } from './testing/ran.ts';

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

const marks = async (log: Log, id: string) =>
  (await eventsOf(log, workflowChannel(id))).map(({ event }) => event.simulated ?? false);

describe('steering', () => {
  it('[C28] every event of a run that somebody simulated started is marked, and its record', async () => {
    const { workflow, more } = counting();
    await using open = await openRuns([workflow], { limits: { progressMs: 1, overviewMs: 1 } });
    const dora = { ...START, owner: 'simulated:dora', simulated: true } as const;
    const { id } = ran(await open.runs.start(dora));
    await more();
    ran(await open.runs.control(id, 'pause', { user: 'bob' }));
    ran(await open.runs.control(id, 'resume', { user: 'bob' }));
    await more();
    expect(ran(await open.runs.control(id, 'cancel', { user: 'bob' })).simulated).toBe(true);
    expect(new Set(await marks(open.log, id))).toEqual(new Set([true]));
    const common = open.all.filter(({ channel }) => channel === 'workflows');
    expect(common.length).toBeGreaterThan(4);
    expect(common.every(({ event }) => event.simulated)).toBe(true);
    expect((await open.log.record('runs', id))?.value).toMatchObject({ simulated: true });
  });

  it('[C28] marks a run from the moment on in which somebody simulated steers it', async () => {
    const { workflow, more } = counting();
    await using open = await openRuns([workflow], { limits: { progressMs: 1 } });
    const { id } = ran(await open.runs.start(START));
    await more();
    const before = (await marks(open.log, id)).length;
    const dora = { user: 'simulated:dora', simulated: true } as const;
    ran(await open.runs.control(id, 'pause', dora));
    ran(await open.runs.control(id, 'resume', { user: 'bob' }));
    await more();
    expect((await open.runs.get(id))?.run.simulated).toBe(true);
    ran(await open.runs.control(id, 'cancel', { user: 'bob' }));
    const all = await eventsOf(open.log, workflowChannel(id));
    const at = all.findIndex(({ event }) => event.type === 'workflow.paused');
    expect(at).toBeGreaterThanOrEqual(before);
    for (const [index, { event }] of all.entries())
      expect(event.simulated ?? false, event.type).toBe(index >= at);
  });

  it('[X7] cancels a busy run within 250 ms, after which it does no work and appends nothing', async () => {
    const { workflow, worked, more } = counting();
    await using open = await openRuns([workflow], { limits: { progressMs: 1 } });
    const { id } = ran(await open.runs.start(START));
    await more();
    const asked = performance.now();
    const cancelled = ran(await open.runs.control(id, 'cancel', { user: 'bob' }));
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
    ran(await open.runs.control(id, 'pause', { user: 'bob' }));
    const other = ran(await open.runs.start(START));
    await more();
    expect(await typesOf(open.log, workflowChannel(id))).toSatisfy(
      (types: string[]) => types.at(-1) === 'workflow.paused',
    );
    expect(await open.runs.get(id)).toMatchObject({ run: { state: 'paused', reason: 'Paused by bob.' } });
    ran(await open.runs.control(other.id, 'cancel', { user: 'bob' }));
    const before = worked();
    ran(await open.runs.control(id, 'resume', { user: 'bob' }));
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
    ran(await open.runs.control(id, 'pause', { user: 'bob' }));
    paused.resolve();
    ran(await open.runs.control(id, 'resume', { user: 'bob' }));
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
    expect(await open.runs.control(second.id, 'pause', { user: 'bob' })).toMatchObject({
      code: 'state_conflict',
    });
    ran(await open.runs.control(second.id, 'cancel', { user: 'bob' }));
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
          const answer = (here ? open.runs : elsewhere).control(id, action, { user: 'bob' });
          answers.push(answer);
          if (wait) await answer;
        }
        const won = (await Promise.all(answers)).filter(({ ok }) => ok).length;
        // A run that was left paused does not end by itself.
        if ((await elsewhere.get(id))?.run.state === 'paused')
          await elsewhere.control(id, 'cancel', { user: 'bob' });
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
