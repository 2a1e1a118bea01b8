/** What the tests of a log append and look at. */
import type { Event } from '@greenlight/protocol/event';
import type { Append, Appended, AppendResult, Log } from '../log.ts';

export const testEvent = (data: unknown, type = 'test.happened'): Event => ({
  id: 'e1',
  type,
  source: 'contract',
  time: '2026-01-01T00:00:00.000Z',
  specversion: '1.0',
  data,
});

/** One append of events that carry `data` to one channel. */
export const one = (channel: string, ...data: readonly unknown[]): Append => ({
  appends: [{ channel, events: data.map((each) => testEvent(each)) }],
});

export function accepted(result: AppendResult): Appended {
  if (!result.ok) throw new Error(`The append was refused: ${JSON.stringify(result)}`);
  return result;
}

/** What a repeat of an append is told: where its events are, and that nothing was written now. */
export const repeatOf = (first: Appended): Appended => ({
  ...first,
  results: first.results.map((result) => ({ ...result, entries: [] })),
  duplicate: true,
});

export async function dataOf(log: Log, channel: string, after = 0): Promise<readonly unknown[]> {
  const { entries } = await log.read(channel, { after, limit: 5_000 });
  return entries.map(({ json }) => (JSON.parse(json) as Event).data);
}
