import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePosition, type Since } from '@greenlight/protocol/position';
import { recoverFrom, Subscription } from './subscription.ts';

const extents = fc
  .record({
    epoch: fc.constantFrom('a', 'b'),
    head: fc.nat(50),
    trimmed: fc.nat(50),
  })
  .map(({ epoch, head, trimmed }) => ({ epoch, head, earliest: Math.min(trimmed, head) + 1 }));
const sinces: fc.Arbitrary<Since> = fc.oneof(
  fc.constant(null),
  fc.constant('earliest' as const),
  fc.record({ epoch: fc.constantFrom('a', 'b'), offset: fc.nat(60) }),
);

describe('recovery', () => {
  it('[P3] names the position before the first publication that is delivered', () => {
    fc.assert(
      fc.property(sinces, extents, (since, extent) => {
        const { recovered, next } = recoverFrom(since, extent);
        expect(parsePosition(recovered.position)).toEqual({ epoch: extent.epoch, offset: next - 1 });
      }),
    );
  });

  it('[P4] delivers everything that is retained and newer than the position, and nothing that was had', () => {
    fc.assert(
      fc.property(sinces, extents, (since, extent) => {
        const { recovered, next } = recoverFrom(since, extent);
        if (since === null) expect(next).toBe(extent.head + 1);
        else if (since === 'earliest') expect(next).toBe(extent.earliest);
        else if (recovered.outcome === 'reset') expect(next).toBe(extent.earliest);
        else expect(next).toBe(since.offset + 1);
      }),
    );
  });

  it('[P5] says reset exactly when the position cannot be honoured', () => {
    fc.assert(
      fc.property(sinces, extents, (since, extent) => {
        const { recovered } = recoverFrom(since, extent);
        const lost =
          since !== null &&
          since !== 'earliest' &&
          (since.epoch !== extent.epoch || since.offset > extent.head || since.offset + 1 < extent.earliest);
        expect(recovered.outcome === 'reset').toBe(lost);
      }),
    );
  });

  it.each([
    [
      { epoch: 'b', offset: 3 },
      { outcome: 'reset', reason: 'epoch_changed', position: 'a:4' },
    ],
    [
      { epoch: 'a', offset: 9 },
      { outcome: 'reset', reason: 'ahead_of_log', position: 'a:4' },
    ],
    [
      { epoch: 'a', offset: 3 },
      { outcome: 'reset', reason: 'trimmed', position: 'a:4' },
    ],
    [
      { epoch: 'a', offset: 4 },
      { outcome: 'replayed', count: 4, position: 'a:4' },
    ],
    [
      { epoch: 'a', offset: 7 },
      { outcome: 'replayed', count: 1, position: 'a:7' },
    ],
    [
      { epoch: 'a', offset: 8 },
      { outcome: 'continued', position: 'a:8' },
    ],
    ['earliest', { outcome: 'replayed', count: 4, position: 'a:4' }],
    [null, { outcome: 'continued', position: 'a:8' }],
  ] as const)('[P5] from %j of a channel that keeps 5 to 8', (since, outcome) => {
    expect(recoverFrom(since, { epoch: 'a', head: 8, earliest: 5 }).recovered).toEqual(outcome);
  });
});

/** The log, and what of it has been offered: some announcements are lost, repeated or reordered. */
type Step =
  | { do: 'append' }
  | { do: 'offer'; offset: number; length: number }
  | { do: 'read'; limit: number }
  | { do: 'beat' };
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ do: 'append' }),
  fc.record({
    do: fc.constant('offer' as const),
    offset: fc.integer({ min: 1, max: 40 }),
    length: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ do: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 5 }) }),
  fc.constant<Step>({ do: 'beat' }),
);

describe('the one delivery rule', () => {
  it('[P6] delivers each offset once and in order, whatever the announcements do', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 200 }), fc.nat(5), (script, start) => {
        let head = start;
        const delivered: number[] = [];
        const subscription = new Subscription('c');
        const page = (limit: number) => {
          const { next } = subscription;
          const offsets = Array.from({ length: Math.min(limit, head - next + 1) }, (_, at) => next + at);
          return { epoch: 'e', head, earliest: 1, publications: offsets.map((offset) => ({ offset })) };
        };
        const read = (limit: number): void => {
          subscription.reading();
          const got = page(limit);
          const from = subscription.startOf(got);
          if (from === 'lost') throw new Error('nothing was trimmed');
          delivered.push(...got.publications.slice(from).map(({ offset }) => offset));
          subscription.read(got);
        };
        subscription.open('e', start + 1, head);
        for (const step of script) {
          if (step.do === 'append') head += 1;
          else if (step.do === 'beat') subscription.isBehind('e', head);
          else if (step.do === 'offer') {
            const first = Math.min(step.offset, head);
            const run = Array.from(
              { length: Math.min(step.length, head - first + 1) },
              (_, at) => first + at,
            );
            if (first === 0) continue;
            if (subscription.takes('e', first, first + run.length - 1)) delivered.push(...run);
            else
              for (const offset of run)
                if (subscription.offer('e', offset) === 'deliver') delivered.push(offset);
          } else if (subscription.phase === 'catching-up') read(step.limit);
        }
        subscription.isBehind('e', head);
        while (subscription.phase === 'catching-up') read(3);
        expect(delivered).toEqual(Array.from({ length: head - start }, (_, at) => start + 1 + at));
      }),
      { numRuns: 500 },
    );
  });

  it('[P6] reads again for what was announced while it was opening, or while a page was read', () => {
    const opening = new Subscription('c');
    opening.offer('e', 4);
    opening.open('e', 4, 3);
    expect(opening.phase).toBe('catching-up');

    const reading = new Subscription('c');
    reading.open('e', 1, 3);
    reading.reading();
    reading.offer('e', 4);
    const page = { epoch: 'e', head: 3, earliest: 1, publications: [1, 2, 3].map((offset) => ({ offset })) };
    expect(reading.startOf(page)).toBe(0);
    reading.read(page);
    expect([reading.phase, reading.next]).toEqual(['catching-up', 4]);
    reading.reading();
    reading.read({ ...page, head: 4, publications: [{ offset: 4 }] });
    expect([reading.phase, reading.position]).toEqual(['live', 'e:4']);
  });

  it('[P6] takes an announcement of another epoch for a reason to ask the log, not for news', () => {
    const subscription = new Subscription('c');
    subscription.open('e', 4, 3);
    expect(subscription.offer('foreign', 4)).toBe('read');
    subscription.reading();
    subscription.read({ epoch: 'e', head: 3, earliest: 1, publications: [] });
    expect([subscription.phase, subscription.next]).toEqual(['live', 4]);
  });

  it('[P7] gives up when what comes next is no longer retained, or the epoch is another', () => {
    const subscription = new Subscription('c');
    subscription.open('e', 3, 9);
    const extent = { epoch: 'e', head: 9, earliest: 4, publications: [{ offset: 4 }] };
    expect(subscription.startOf(extent)).toBe('lost');
    expect(subscription.startOf({ ...extent, earliest: 1, epoch: 'f' })).toBe('lost');
    expect(subscription.startOf({ ...extent, earliest: 3, publications: [{ offset: 3 }] })).toBe(0);
  });
});
