import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { describe, expect, it } from 'vitest';
import type { Problem } from '@greenlight/protocol/problem';
import { createAttempts } from './attempts.ts';

function trace(attempt: string): AttemptTrace {
  return {
    attempt,
    outcome: 'accepted',
    at: '2026-01-01T00:00:00.000Z',
    transport: 'websocket',
    method: 'GET',
    httpVersion: '1.1',
    path: '/ws',
    address: '127.0.0.1',
    hops: [],
    secure: false,
    host: null,
    origin: null,
    headers: [],
    checked: [],
    user: null,
    credential: null,
    credentialId: null,
    stage: null,
    code: null,
    detail: null,
    fix: null,
    facts: {},
  };
}

const PROBLEM: Problem = {
  type: '/docs/codes/not_found',
  title: 'Not found',
  status: 404,
  code: 'not_found',
  detail: 'There is no such thing.',
  fix: 'Look for another.',
  attempt: '',
  retryable: false,
  checked: [],
};

const id = (letter: string): string => letter.repeat(22);
const attemptsAt = (now: { ms: number }) =>
  createAttempts({
    limits: { attemptsKept: 3, failuresKept: 2, attemptMinutes: 10 },
    clock: () => now.ms,
  });

describe('attempts', () => {
  it('[H11] are known for 10 minutes', () => {
    const now = { ms: 0 };
    const attempts = attemptsAt(now);
    attempts.record(trace(id('a')), null);
    now.ms = 10 * 60_000 - 1;
    expect(attempts.publicVerdict(id('a'))).toMatchObject({ outcome: 'accepted', attempt: id('a') });
    now.ms += 1;
    expect(attempts.publicVerdict(id('a'))).toBeNull();
  });

  it('are bounded in number: the oldest go first', () => {
    const attempts = attemptsAt({ ms: 0 });
    for (const letter of ['a', 'b', 'c', 'd']) attempts.record(trace(id(letter)), null);
    expect(attempts.list().map(({ attempt }) => attempt)).toEqual([id('d'), id('c'), id('b')]);
    expect(attempts.list({ limit: 1 })).toHaveLength(1);
    expect(attempts.list({ outcome: 'refused' })).toEqual([]);
  });

  it('go in the order in which they were recorded last, over many more than are kept', () => {
    const now = { ms: 0 };
    const attempts = attemptsAt(now);
    const shown = (): string =>
      attempts
        .list()
        .map(({ attempt }) => attempt[0])
        .join('');
    for (const letter of 'abcdefabab') attempts.record(trace(id(letter)), null);
    expect(shown()).toBe('baf');
    attempts.record(trace(id('f')), null);
    expect(shown()).toBe('fba');
    attempts.record(trace(id('g')), null);
    expect(shown()).toBe('gfb');
    now.ms = 10 * 60_000;
    expect(shown()).toBe('');
    for (const letter of 'hij') attempts.record(trace(id(letter)), null);
    expect(shown()).toBe('jih');
  });

  it('[R27] keep failed requests beside the others, bounded too', () => {
    const now = { ms: 0 };
    const attempts = attemptsAt(now);
    attempts.record(trace(id('r')), null);
    for (const letter of ['a', 'b', 'c'])
      attempts.recordFailed({
        at: '2026-01-01T00:00:00.000Z',
        problem: { ...PROBLEM, attempt: id(letter) },
      });
    expect(attempts.publicVerdict(id('a'))).toBeNull();
    expect(attempts.publicVerdict(id('c'))).toMatchObject({ outcome: 'accepted', code: 'not_found' });
    expect(attempts.publicVerdict(id('r'))).not.toBeNull();
    expect(attempts.claim(id('c'))).not.toBe(id('c'));
    now.ms = 10 * 60_000;
    expect(attempts.publicVerdict(id('c'))).toBeNull();
  });

  it('[H11] give an id to one attempt at a time', () => {
    const attempts = attemptsAt({ ms: 0 });
    expect(attempts.claim(id('a'))).toBe(id('a'));
    expect(attempts.claim(id('a'))).not.toBe(id('a'));
    attempts.release(id('a'));
    expect(attempts.claim(id('a'))).toBe(id('a'));
    expect(attempts.claim('malformed')).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(attempts.claim(null)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('[H19] keep the ids of the self-probe for the self-probe', () => {
    const attempts = attemptsAt({ ms: 0 });
    expect(attempts.claim('self-probe-AAAAAAAAAAA')).not.toContain('self-probe');
    const own = attempts.reserve();
    expect(own).toMatch(/^self-probe-[A-Za-z0-9_-]{11}$/);
    expect(attempts.claim(own)).toBe(own);
    expect(attempts.claim(own)).not.toBe(own);
  });
});
