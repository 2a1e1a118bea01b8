import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Acknowledged,
  checkHistory,
  type Published,
  type Sight,
  type ViolationKind,
} from './check-history.ts';

const EPOCH = 'e1';
type EventSight = Extract<Sight, { saw: 'event' }>;

const eventAt = (offset: number): Acknowledged => ({ epoch: EPOCH, offset, id: `id-${offset}` });
const sightOf = (event: Acknowledged): EventSight => ({ saw: 'event', ...event });
const replayed = (offset: number): Sight => ({
  saw: 'outcome',
  outcome: { outcome: 'replayed', position: `${EPOCH}:${offset}`, count: 1 },
});
const resetTo = (epoch: string, offset: number): Sight => ({
  saw: 'outcome',
  outcome: { outcome: 'reset', position: `${epoch}:${offset}`, reason: 'epoch_changed' },
});

function publishedUpTo(head: number, resets: Published['resets'] = new Set()): Published {
  const acknowledged = Array.from({ length: head }, (_, n) => eventAt(n + 1));
  return { acknowledged, unknown: new Set(), head: { epoch: EPOCH, offset: head }, resets };
}

/** A subscriber that began anywhere and was interrupted anywhere, and to whom nothing wrong happened. */
const sound = fc
  .record({
    head: fc.integer({ min: 3, max: 40 }),
    start: fc.nat(),
    breaks: fc.uniqueArray(fc.nat({ max: 39 })),
  })
  .map(({ head, start, breaks }) => {
    const from = start % (head - 2);
    const sights: Sight[] = [replayed(from)];
    for (let offset = from + 1; offset <= head; offset += 1) {
      sights.push(sightOf(eventAt(offset)));
      if (breaks.includes(offset)) sights.push(replayed(offset));
    }
    return { published: publishedUpTo(head), sights };
  });

const kinds = (published: Published, sights: readonly Sight[]): ViolationKind[] =>
  [...new Set(checkHistory(published, sights).map(({ kind }) => kind))].toSorted();

/** Indexes of events in what was seen. */
const events = (sights: readonly Sight[]): number[] =>
  sights.flatMap((sight, at) => (sight.saw === 'event' ? [at] : []));

/** A sound history, and a number that chooses the place of the error that a test plants. */
const planted = fc.tuple(sound, fc.nat());
const pick = (places: readonly number[], choice: number): number => places[choice % places.length] as number;

describe('a sound history', () => {
  it('is found to be so, wherever it began and however often it was interrupted', () => {
    fc.assert(
      fc.property(sound, ({ published, sights }) => {
        expect(checkHistory(published, sights)).toEqual([]);
      }),
    );
  });

  it('may have a gap that was announced, where there is a reason', () => {
    const published: Published = {
      acknowledged: [eventAt(1), eventAt(2), { epoch: 'e2', offset: 1, id: 'x' }],
      unknown: new Set(),
      head: { epoch: 'e2', offset: 1 },
      resets: new Set(['epoch_changed']),
    };
    const sights = [
      replayed(0),
      sightOf(eventAt(1)),
      resetTo('e2', 0),
      sightOf({ epoch: 'e2', offset: 1, id: 'x' }),
    ];
    expect(checkHistory(published, sights)).toEqual([]);
    expect(kinds({ ...published, resets: new Set() }, sights)).toEqual(['false_reset']);
  });

  it('may hold an event whose publisher was never answered', () => {
    const published = { ...publishedUpTo(1), unknown: new Set(['id-2']), head: { epoch: EPOCH, offset: 2 } };
    expect(checkHistory(published, [replayed(0), ...[1, 2].map((n) => sightOf(eventAt(n)))])).toEqual([]);
  });
});

describe('each kind of error is caught', () => {
  it('an event that is lost in the middle, as a loss and as a gap', () => {
    fc.assert(
      fc.property(planted, ([{ published, sights }, choice]) => {
        const at = pick(events(sights).slice(0, -1), choice);
        const found = kinds(published, sights.toSpliced(at, 1));
        expect(found).toContain('lost');
        expect(found).toContain('unannounced_gap');
      }),
    );
  });

  it('the last event that is lost, though nothing follows it', () => {
    fc.assert(
      fc.property(sound, ({ published, sights }) => {
        const upTo = pick(events(sights).slice(-1), 0);
        expect(kinds(published, sights.slice(0, upTo))).toEqual(['lost', 'not_at_head']);
      }),
    );
  });

  it('an event that comes twice, at once or much later', () => {
    fc.assert(
      fc.property(planted, fc.nat(), ([{ published, sights }, choice], later) => {
        const at = pick(events(sights), choice);
        const to = at + 1 + (later % (sights.length - at));
        expect(kinds(published, sights.toSpliced(to, 0, sights[at] as Sight))).toEqual(['repeated']);
      }),
    );
  });

  it('one event that was published at two places', () => {
    const twice = [1, 2].map((offset) => ({ epoch: EPOCH, offset, id: 'same' }));
    const published = {
      ...publishedUpTo(0),
      acknowledged: twice.slice(0, 1),
      head: { epoch: EPOCH, offset: 2 },
    };
    expect(kinds(published, [replayed(0), ...twice.map(sightOf)])).toEqual(['repeated']);
  });

  it('two events that changed places', () => {
    fc.assert(
      fc.property(planted, ([{ published, sights }, choice]) => {
        const places = events(sights);
        const at = choice % (places.length - 1);
        const [a, b] = [places[at] as number, places[at + 1] as number];
        const swapped = sights.with(a, sights[b] as Sight).with(b, sights[a] as Sight);
        expect(kinds(published, swapped)).toContain('reordered');
      }),
    );
  });

  it('an answer that claims to go on but jumps', () => {
    const sights = [replayed(0), sightOf(eventAt(1)), replayed(2), sightOf(eventAt(3))];
    expect(kinds(publishedUpTo(3), sights)).toEqual(['lost', 'unannounced_gap']);
  });

  it('another epoch that nobody announced', () => {
    const stranger: Sight = { saw: 'event', epoch: 'e2', offset: 2, id: 'id-2' };
    expect(kinds(publishedUpTo(2), [replayed(0), sightOf(eventAt(1)), stranger])).toContain(
      'unannounced_gap',
    );
  });

  it('an event with the id of another, and one that nobody published', () => {
    fc.assert(
      fc.property(planted, ([{ published, sights }, choice]) => {
        const at = pick(events(sights), choice);
        const forged: Sight = { ...(sights[at] as EventSight), id: 'forged' };
        expect(kinds(published, sights.with(at, forged))).toEqual(['foreign']);
      }),
    );
    const beyond = { ...publishedUpTo(1), head: { epoch: EPOCH, offset: 2 } };
    expect(kinds(beyond, [replayed(0), sightOf(eventAt(1)), sightOf(eventAt(2))])).toEqual(['foreign']);
  });

  it('a log that has forgotten what it acknowledged', () => {
    const published = { ...publishedUpTo(3), head: { epoch: EPOCH, offset: 2 } };
    const sights = [replayed(0), ...[1, 2].map((offset) => sightOf(eventAt(offset)))];
    expect(kinds(published, sights)).toEqual(['log_lost', 'lost']);
  });

  it('a subscriber that was never answered', () => {
    expect(kinds(publishedUpTo(1), [])).toEqual(['not_at_head']);
  });
});
