import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import { expect, it } from 'vitest';
import { filterConnections, searchOf } from './connection-filter.ts';

const row = (session: string, more: Partial<ConnectionInfo>): ConnectionInfo => ({
  session,
  attempt: 'AAAAAAAAAAAAAAAAAAAAAA',
  credentialId: null,
  transport: 'websocket',
  user: 'ada',
  address: '127.0.0.1',
  since: '2026-01-01T00:00:00.000Z',
  channels: ['workflows'],
  queuedBytes: 0,
  rttMs: null,
  delivered: 0,
  ...more,
});
const ROWS = [
  row('c_old', {}),
  row('c_new', { since: '2026-01-01T00:01:00.000Z', transport: 'sse', user: 'Grace' }),
  row('c_one', { user: null, channels: ['workflow:wf_1'] }),
];
const found = (text: string, transport: 'sse' | null = null): readonly string[] =>
  filterConnections(ROWS, { text, transport }).map(({ session }) => session);

it('finds connections by user, session, channel and transport, newest first', () => {
  expect(found('')).toEqual(['c_new', 'c_old', 'c_one']);
  expect(found(' GRACE ')).toEqual(['c_new']);
  expect(found('wf_1')).toEqual(['c_one']);
  expect(found('c_old', 'sse')).toEqual([]);
  expect(found('', 'sse')).toEqual(['c_new']);
  expect(searchOf({ text: 'a', transport: 'sse' }).toString()).toBe('q=a&transport=sse');
});
