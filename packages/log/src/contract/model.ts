/** A log beside plain lists: after any steps, both say the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accepted, dataOf, one, testEvent } from './fixtures.ts';
import type { Log } from '../log.ts';
import type { StartLog } from './start.ts';

type Step =
  | { readonly do: 'append'; readonly channel: string; readonly count: number }
  | { readonly do: 'expect'; readonly channel: string; readonly head: number }
  | { readonly do: 'trim'; readonly channel: string; readonly through: number }
  | { readonly do: 'read'; readonly channel: string; readonly after: number }
  | { readonly do: 'reopen'; readonly channel: string };

/** Does the steps to the log and to lists, and compares what both say. */
async function agree(steps: readonly Step[], first: Log, reopen: () => Promise<Log>): Promise<void> {
  let log = first;
  let written = 0;
  const model = new Map<string, { events: number[]; earliest: number }>();
  const of = (channel: string): { events: number[]; earliest: number } => {
    const known = model.get(channel) ?? { events: [], earliest: 1 };
    model.set(channel, known);
    return known;
  };
  for (const step of steps) {
    const { events } = of(step.channel);
    switch (step.do) {
      case 'append': {
        const data = Array.from({ length: step.count }, () => written++);
        const { results } = accepted(await log.append(one(step.channel, ...data)));
        expect(results[0]).toMatchObject({ first: events.length + 1, last: events.length + step.count });
        events.push(...data);
        break;
      }
      case 'expect': {
        const data = written++;
        const result = await log.append({
          appends: [{ channel: step.channel, events: [testEvent(data)], expectHead: step.head }],
        });
        expect(result.ok).toBe(step.head === events.length);
        if (result.ok) events.push(data);
        break;
      }
      case 'trim': {
        const state = of(step.channel);
        const through = Math.min(step.through, events.length);
        const goes = Math.max(through - state.earliest + 1, 0);
        expect(await log.trim(step.channel, step.through)).toBe(goes);
        state.earliest += goes;
        break;
      }
      case 'read': {
        const { earliest } = of(step.channel);
        const page = await log.read(step.channel, { after: step.after });
        expect(page).toMatchObject({ head: events.length, earliest });
        expect(await dataOf(log, step.channel, step.after)).toEqual(
          events.slice(Math.max(step.after, earliest - 1)),
        );
        break;
      }
      case 'reopen':
        log = await reopen();
        break;
      default:
        step satisfies never;
    }
  }
}

const channel = fc.constantFrom('a', 'b', 'c');
/** One thing to do to a log. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('append'), channel, count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('expect'), channel, head: fc.integer({ min: 0, max: 8 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('trim'),
      channel,
      through: fc.integer({ min: 0, max: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('read'), channel, after: fc.integer({ min: 0, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen'), channel }) },
) as fc.Arbitrary<Step>;

export function compareWithModel(start: StartLog): void {
  it('[L1] [L4] agrees with a list in memory, whatever is appended, trimmed and opened again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { log, reopen } = await start();
        await agree(steps, log, reopen);
      }),
      { numRuns: 25 },
    );
  });
}
