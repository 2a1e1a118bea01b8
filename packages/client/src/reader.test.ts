/** The readers against a model of a server and a network that loses, repeats, cuts, trims and restores. */
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import { formatPosition, parseSince, type Position, type Since } from '@greenlight/protocol/position';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, missing, settle, take, unsettled } from './reader.ts';
import { createSubscriptions, type Sink } from './subscriptions.ts';

const at = (offset: number, epoch = 'e1'): Position => ({ epoch, offset });
const settled = (since: Since) => ({ since, settled: true, snapshotDue: false });

describe('a reader', () => {
  it('[K12] takes the next publication of its epoch and nothing else', () => {
    expect(take(settled(at(5)), 'e1', 6)).toBe('take');
    expect(take(settled(at(5)), 'e1', 5)).toBe('skip');
    expect(take(unsettled(at(5)), 'e1', 6)).toBe('skip');
  });

  it('[K21] that waits for a snapshot has nothing yet, so that it asks for one again on another connection', () => {
    const told = { outcome: { outcome: 'snapshot', position: 'e1:3' }, start: at(3) } as const;
    for (const since of [null, at(9, 'lost')]) {
      const { reader } = settle(unsettled(since), since, told);
      expect(reader).toMatchObject({ settled: true, snapshotDue: true });
      expect(ask([reader])).toBeNull();
    }
  });

  it('[K13] asks again at a gap and at another epoch', () => {
    expect(take(settled(at(5)), 'e1', 7)).toBe('recover');
    expect(take(settled(at(5)), 'e2', 6)).toBe('recover');
  });

  it('[K14] lacks what a heartbeat says it should have', () => {
    expect(missing(settled(at(5)), at(5))).toBe(0);
    expect(missing(settled(at(5)), at(6))).toBe(1);
    expect(missing(settled(at(5)), at(0, 'e2'))).toBe(1);
    expect(missing(unsettled(at(5)), at(6))).toBe(0);
  });

  it('[K16] tells a jump forward as reset, whatever the answer calls it', () => {
    const outcome = { outcome: 'replayed', position: 'e1:9', count: 1 } as const;
    expect(settle(unsettled(at(5)), at(5), { outcome, start: at(9) })).toEqual({
      reader: settled(at(9)),
      outcome: { outcome: 'reset', position: 'e1:9', reason: 'trimmed' },
    });
    const restored = settle(unsettled(at(5)), at(5), { outcome, start: at(0, 'e2') });
    expect(restored.outcome).toMatchObject({ outcome: 'reset', reason: 'epoch_changed' });
  });

  it('[K17] is asked for with the lowest position, after those that have none', () => {
    expect(ask([unsettled(at(7)), unsettled(at(3))])).toEqual(at(3));
    expect(ask([unsettled(at(7)), unsettled('earliest')])).toBe('earliest');
    expect(ask([unsettled('earliest'), unsettled(null), unsettled(at(1))])).toBeNull();
    expect(ask([unsettled(at(7)), unsettled(at(3, 'e0'))])).toBe('earliest');
  });
});

type Fault = 'none' | 'lose' | 'repeat';
type Action =
  | { readonly do: 'publish'; readonly fault: Fault }
  | { readonly do: 'beat' | 'cut' | 'hand-over' | 'restore' | 'trim' | 'join' | 'join-earliest' };

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .constantFrom<Fault>('none', 'none', 'lose', 'repeat')
      .map((fault) => ({ do: 'publish', fault }) as const),
  },
  { weight: 3, arbitrary: fc.constantFrom('beat', 'cut', 'hand-over').map((action) => ({ do: action })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('restore', 'trim', 'join', 'join-earliest').map((action) => ({ do: action })),
  },
);

/** What one application saw, checked as it comes. */
function witness() {
  const seen: Position[] = [];
  let last: Position | null = null;
  const sink: Sink = {
    publication({ epoch, offset }) {
      // Exactly once and in order, unless a reset said otherwise.
      expect({ epoch, offset }).toEqual({ epoch: last?.epoch, offset: (last?.offset ?? Number.NaN) + 1 });
      last = { epoch, offset };
      seen.push(last);
      return true;
    },
    snapshot: () => undefined,
    outcome(outcome) {
      if (outcome.outcome === 'denied') throw new Error('Nothing is denied here.');
      const position = parseSince(outcome.position) as Position;
      if (last === null || outcome.outcome === 'reset') last = position;
    },
  };
  return { sink, seen, last: () => last };
}

/** One channel of a server, and the way to it. */
function model() {
  let epoch = 1;
  let head = 0;
  let earliest = 1;
  let subscribed = false;
  /** The new connection's answer, on its way while the old one goes on. */
  let underWay: (() => void) | null = null;
  let handsOver = false;
  const name = (): string => `e${epoch}`;
  const toClient = (offset: number): void =>
    subscriptions.push({
      type: 'event',
      channel: 'c',
      epoch: name(),
      offset,
      event: { id: '', type: 't', source: '', time: '', specversion: '1.0' },
    });

  const answer = (since: Since): Exclude<SubscribeOutcome, { outcome: 'denied' | 'snapshot' }> => {
    const position = (offset: number): string => formatPosition({ epoch: name(), offset });
    const reset = (reason: 'epoch_changed' | 'trimmed') =>
      ({ outcome: 'reset', position: position(earliest - 1), reason }) as const;
    if (since === null) return { outcome: 'continued', position: position(head) };
    if (since === 'earliest')
      return { outcome: 'replayed', position: position(earliest - 1), count: head - earliest + 1 };
    if (since.epoch !== name()) return reset('epoch_changed');
    if (since.offset + 1 < earliest) return reset('trimmed');
    return { outcome: 'replayed', position: position(since.offset), count: head - since.offset };
  };

  const subscriptions = createSubscriptions({
    isOpen: () => true,
    onChange: () => undefined,
    command(command, answered) {
      if (command.type !== 'subscribe') return;
      const { c } = command['channels'] as { c: string };
      const reply = (): void => {
        const outcome = answer(parseSince(c) as Since);
        subscribed = true;
        // Reply and replay reach the client in one turn, as frames of one TCP segment do.
        answered({ id: 1, type: 'ok', channels: { c: outcome } });
        for (let offset = Number(outcome.position.split(':')[1]) + 1; offset <= head; offset += 1)
          toClient(offset);
      };
      if (handsOver) underWay = reply;
      else reply();
    },
  });

  return {
    subscriptions,
    head: (): Position => ({ epoch: name(), offset: head }),
    perform: (action: Exclude<Action['do'], 'join' | 'join-earliest'>, fault: Fault): void => {
      switch (action) {
        case 'publish':
          head += 1;
          if (fault !== 'lose' && subscribed) toClient(head);
          if (fault === 'repeat' && subscribed) toClient(head);
          return;
        case 'hand-over':
          handsOver = true;
          subscriptions.begin(() => undefined);
          handsOver = false;
          return;
        case 'beat':
          underWay?.();
          underWay = null;
          subscriptions.push({
            type: 'heartbeat',
            at: '',
            heads: { c: formatPosition({ epoch: name(), offset: head }) },
          });
          return;
        case 'cut':
          subscribed = false;
          underWay = null;
          subscriptions.begin();
          return;
        case 'restore':
          epoch += 1;
          head = Math.min(head, 3);
          earliest = 1;
          return;
        case 'trim':
          earliest = head + 1;
          return;
        default:
          action satisfies never;
      }
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

describe('subscriptions over a faulty connection', () => {
  it('[K15] [K36] hand over each publication exactly once and in order, to every reader, and end at the head', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAction, { maxLength: 60 }), async (actions) => {
        const { subscriptions, head, perform } = model();
        const witnesses = [witness()];
        subscriptions.add('c', 'earliest', (witnesses[0] as ReturnType<typeof witness>).sink);
        await turn();
        for (const action of actions) {
          if (action.do === 'join' || action.do === 'join-earliest') {
            const another = witness();
            witnesses.push(another);
            subscriptions.add('c', action.do === 'join' ? null : 'earliest', another.sink);
          } else perform(action.do, 'fault' in action ? action.fault : 'none');
          await turn();
          await turn();
        }
        perform('beat', 'none');
        for (let settling = 0; settling < 4; settling += 1) await turn();
        for (const { last } of witnesses) expect(last()).toEqual(head());
      }),
      { numRuns: 300 },
    );
  });
});
