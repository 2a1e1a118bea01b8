import type { Refusal } from '@greenlight/client/refusal';
import { describe, expect, it } from 'vitest';
import { lightFrom, lightWords, needsSignIn, type LightSource } from './light.ts';

const NOW = 1_000_000;
const source = (change: Partial<LightSource>): LightSource => ({
  state: 'open',
  live: false,
  transport: 'websocket',
  retryAt: null,
  attempt: 'AAAAAAAAAAAAAAAAAAAAAA',
  refusal: null,
  lastHeartbeatAt: null,
  ...change,
});
const expired: Refusal = {
  code: 'session_expired',
  detail: 'The session has ended.',
  fix: 'Sign in again.',
  attempt: 'AAAAAAAAAAAAAAAAAAAAAA',
  retryable: false,
  status: 401,
};

describe('the light', () => {
  it('[D1] is green only when the SDK says live', () => {
    expect(lightFrom(source({ live: true })).kind).toBe('live');
    expect(lightFrom(source({ live: false })).kind).toBe('connecting');
    expect(lightFrom(source({ state: 'connecting', live: true })).kind).toBe('connecting');
  });

  it('[D2] says by which transport when it is not the best one', () => {
    expect(lightWords(lightFrom(source({ live: true })), NOW)).toBe('Live');
    expect(lightWords(lightFrom(source({ live: true, transport: 'sse' })), NOW)).toBe('Live via SSE');
    expect(lightWords(lightFrom(source({ live: true, transport: 'long-poll' })), NOW)).toBe(
      'Live via polling',
    );
  });

  it('[D2] says when it will try again', () => {
    const waiting = lightFrom(source({ state: 'waiting', retryAt: NOW + 2_400, lastHeartbeatAt: NOW }));
    expect(lightWords(waiting, NOW)).toBe('Reconnecting in 3 s');
    expect(lightWords(waiting, NOW + 2_000)).toBe('Reconnecting');
    expect(lightFrom(source({ state: 'open', lastHeartbeatAt: NOW })).kind).toBe('reconnecting');
  });

  it('[D2] names the reason of a refusal and knows when signing in helps', () => {
    const refused = lightFrom(source({ state: 'refused', refusal: expired }));
    expect(lightWords(refused, NOW)).toBe('Refused: session expired');
    expect(needsSignIn(refused)).toBe(true);
    expect(needsSignIn(lightFrom(source({ state: 'refused', refusal: { ...expired, status: 403 } })))).toBe(
      false,
    );
  });

  it('[D2] a past refusal does not outlive the attempt that it was about', () => {
    expect(lightFrom(source({ live: true, refusal: expired })).kind).toBe('live');
    const waiting = source({ state: 'waiting', refusal: { ...expired, status: 503 } });
    expect(lightWords(lightFrom(waiting), NOW)).toBe('Reconnecting: session expired');
    expect(lightWords(lightFrom({ ...waiting, attempt: 'BBBBBBBBBBBBBBBBBBBBBB' }), NOW)).toBe(
      'Reconnecting',
    );
  });
});
