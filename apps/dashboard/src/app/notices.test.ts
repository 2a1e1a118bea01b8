import type { Publication } from '@greenlight/protocol/event';
import { expect, it } from 'vitest';
import { noticesFor } from './notices.ts';

const refused = (offset: number, data: object): Publication => ({
  channel: '$SYS:handshakes',
  epoch: 'e',
  offset,
  event: {
    specversion: '1.0',
    id: String(offset),
    type: 'handshake.refused',
    source: '/handshakes',
    time: '2026-01-01T00:00:00Z',
    data,
  },
});

it('[D15] brings one notice for each code of a refusal, and none about somebody who has not signed in yet', () => {
  const notices = noticesFor([
    refused(1, { attempt: 'a', code: 'token_expired', path: '/api/v1/ws' }),
    refused(2, { attempt: 'b', code: 'token_expired', path: '/api/v1/ws' }),
    refused(3, { attempt: 'c', code: 'credential_missing', path: '/api/v1/auth/me' }),
    refused(4, { attempt: 'd', code: 'credential_missing', path: '/api/v1/ws' }),
  ]);
  expect(notices.map(({ id, link }) => [id, link?.href])).toEqual([
    ['refused:token_expired', '/handshakes?attempt=b'],
    ['refused:credential_missing', '/handshakes?attempt=d'],
  ]);
});
