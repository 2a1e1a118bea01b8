import type { Publication } from '@greenlight/protocol/event';
import { expect, it } from 'vitest';
import { foldFeed, mergeFeed } from './feed-entries.ts';

const publication = (channel: string, offset: number, type: string, workflow = 'wf_1'): Publication => ({
  channel,
  epoch: 'e',
  offset,
  event: {
    id: `${channel}${offset}`,
    type,
    source: 'test',
    specversion: '1.0',
    time: new Date(offset * 1000).toISOString(),
    subject: workflow,
    data: { workflow },
  },
});

it('[D6] shows each event once, newest first, however often it arrives', () => {
  const old = [
    publication('workflows', 1, 'workflow.created'),
    publication('workflows', 2, 'workflow.started'),
  ];
  const again = [
    publication('workflows', 2, 'workflow.started'),
    publication('workflows', 3, 'workflow.completed'),
  ];
  expect(mergeFeed(mergeFeed([], old, 50), again, 50).map(({ offset }) => offset)).toEqual([3, 2, 1]);
});

it('orders the events of one channel by offset even when their clocks disagree', () => {
  const late = publication('workflows', 5, 'workflow.created');
  const early: Publication = {
    ...publication('workflows', 6, 'workflow.started'),
    event: { ...late.event, type: 'workflow.started' },
  };
  expect(mergeFeed([], [late, early], 50).map(({ offset }) => offset)).toEqual([6, 5]);
});

it('leaves routine out and folds recommendations of one run', () => {
  const feed = mergeFeed(
    [],
    [
      publication('workflows', 1, 'workflow.progress'),
      publication('recommendations', 1, 'recommendation.created'),
      publication('recommendations', 2, 'recommendation.created'),
      publication('recommendations', 3, 'recommendation.created', 'wf_2'),
    ],
    50,
  );
  expect(foldFeed(feed).map(({ count, newest }) => [count, newest.offset])).toEqual([
    [1, 3],
    [2, 2],
  ]);
});
