import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPending } from './pending.ts';

const step = { id: 's', title: 'S', state: 'running', completed: 0 } as const;

describe('what is pending', () => {
  it('[X9] gives every record and event once, in order, and never more than fits', () => {
    const report = fc.record({ records: fc.nat(25), events: fc.nat(3), commit: fc.boolean() });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 30 }), (reports) => {
        const pending = createPending(10);
        const given: string[] = [];
        const taken: string[] = [];
        const commit = (): void => {
          const batch = pending.peek();
          expect(batch.records.length).toBeLessThanOrEqual(10);
          taken.push(...batch.records.map(({ id }) => id), ...batch.events.map(({ event }) => event.type));
          pending.done(batch);
        };
        for (const [at, { records, events, commit: now }] of reports.entries()) {
          const ids = Array.from({ length: records }, (_, n) => `r${at}.${n}`);
          const types = Array.from({ length: events }, (_, n) => `e${at}.${n}`);
          given.push(...ids, ...types);
          pending.add({
            records: ids.map((id) => ({ collection: 'c', id, value: 1 })),
            events: types.map((type) => ({ channel: null, event: { type } })),
          });
          if (now) commit();
        }
        while (!pending.empty) commit();
        expect(taken.toSorted()).toEqual(given.toSorted());
        expect(taken.filter((name) => name.startsWith('r'))).toEqual(given.filter((n) => n.startsWith('r')));
        expect(taken.filter((name) => name.startsWith('e'))).toEqual(given.filter((n) => n.startsWith('e')));
        expect(pending.committed).toBe(pending.reported);
      }),
    );
  });

  it('[X9] keeps only the latest numbers, and those that changed while a batch was on its way', () => {
    const pending = createPending(10);
    pending.touchStep({ ...step, completed: 1 });
    pending.touchStep({ ...step, completed: 2 });
    const batch = pending.peek();
    expect(batch.steps).toEqual([{ ...step, completed: 2 }]);
    pending.touchStep({ ...step, completed: 3 });
    pending.done(batch);
    expect(pending.peek().steps).toEqual([{ ...step, completed: 3 }]);
  });
});
