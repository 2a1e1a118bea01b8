import type { Event } from '@greenlight/protocol/event';
import { expect, it } from 'vitest';
import { describeEvent } from './describe-event.ts';

const event = (type: string, data?: unknown): Event => ({
  id: 'e1',
  type,
  source: 't',
  specversion: '1.0',
  time: '2026-01-01T00:00:00.000Z',
  ...(data !== undefined && { data }),
});
const detail = (type: string, data?: unknown): string => describeEvent(event(type, data)).detail;

it('says what a person needs to know about each kind of event', () => {
  expect(detail('workflow.failed', { reason: 'The disk is full.' })).toBe('The disk is full.');
  expect(
    detail('workflow.completed', {
      reason: 'Finished.',
      progress: { completed: 4, total: 4, unit: 'files' },
    }),
  ).toBe('4 of 4 files');
  expect(detail('step.failed', { step: { title: 'Check links', error: 'No network.' } })).toBe(
    'Check links: No network.',
  );
  expect(detail('recommendation.created', { items: [{ file: 'a.md' }, { file: 'b.md' }] })).toBe(
    'a.md and 1 more',
  );
});

it('takes an unknown type, and data of any shape, without breaking', () => {
  expect(describeEvent(event('order.paid'))).toEqual({ title: 'order.paid', tone: 'plain', detail: '' });
  for (const data of [null, 7, 'text', [], { step: 'odd', items: [null, 3] }])
    expect(typeof detail('recommendation.created', data)).toBe('string');
});
