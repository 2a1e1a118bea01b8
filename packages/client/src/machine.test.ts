import { isAttemptId } from '@greenlight/protocol/problem';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './limits.ts';
import { type Environment, IDLE, type MachineEvent, type State, step } from './machine.ts';
import type { Refusal } from './refusal.ts';
import { TRANSPORTS } from './transport.ts';

const HEARTBEAT_MS = 10_000;
const environment: Environment = {
  now: 1_000_000,
  random: Math.random,
  limits: DEFAULT_LIMITS,
  online: true,
  refreshable: false,
  transports: TRANSPORTS,
  heardAt: 1_000_000,
};
const refusal = (more: Partial<Refusal> = {}): Refusal => ({
  code: 'channel_forbidden',
  detail: 'You may not.',
  fix: 'Ask for it.',
  attempt: 'a',
  retryable: false,
  status: 403,
  ...more,
});
const welcome: MachineEvent = {
  type: 'welcome',
  welcome: { type: 'welcome', session: 's', user: 'u', node: 'n', build: 'b', heartbeatMs: HEARTBEAT_MS },
};
const disconnect = (
  code: 'moved' | 'slow_down' | 'credential_rejected',
  retryAfterMs?: number,
): MachineEvent => ({
  type: 'disconnect',
  push: { type: 'disconnect', code, reason: 'so', ...(retryAfterMs !== undefined && { retryAfterMs }) },
});
const ended = (code: number, reason = ''): MachineEvent => ({ type: 'ended', code, reason });

/** The state after these events, from idle. */
function after(events: readonly MachineEvent[], env: Partial<Environment> = {}): State {
  return events.reduce((state, event) => step(state, event, { ...environment, ...env })[0], IDLE);
}
const connecting: MachineEvent[] = [{ type: 'connect' }];
const authenticating: MachineEvent[] = [...connecting, { type: 'opened' }];
const open: MachineEvent[] = [...authenticating, welcome];
const beating: MachineEvent[] = [...open, { type: 'heartbeat' }];

const anyEvent: fc.Arbitrary<MachineEvent> = fc.oneof(
  ...(
    [
      'connect',
      'opened',
      'heartbeat',
      'pong',
      'expiring',
      'tick',
      'retry',
      'online',
      'offline',
      'visible',
    ] as const
  ).map((type) => fc.constant<MachineEvent>({ type })),
  fc.constant(welcome),
  fc.constantFrom(disconnect('moved', 100), disconnect('slow_down'), disconnect('credential_rejected')),
  fc.constantFrom(1000, 1006, 4205, 4401, 4403, 4429, 4500).map((code) => ended(code)),
  fc
    .record({ retryable: fc.boolean(), status: fc.constantFrom(401, 403, 503) })
    .chain((more) =>
      fc
        .constantFrom<MachineEvent['type']>('refused', 'explained')
        .map((type) => ({ type, refusal: refusal(more) }) as MachineEvent),
    ),
);
const anyEnvironment = fc.record({ online: fc.boolean(), refreshable: fc.boolean(), dt: fc.nat(40_000) });

describe('the connection machine', () => {
  it('[K1] answers every event in every state, and is never stuck: it waits for a deadline or for a person', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, anyEnvironment), { maxLength: 40 }), (events) => {
        let state = IDLE;
        let { now } = environment;
        for (const [event, { dt, ...rest }] of events) {
          now += dt;
          [state] = step(state, event, { ...environment, ...rest, now });
          if (state.name === 'idle' || state.name === 'refused') expect(state.deadline).toBeNull();
          else expect(state.deadline).toEqual(expect.any(Number));
        }
      }),
    );
  });

  it('[K1] stays closed whatever comes', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.array(anyEvent), (before, later) => {
        let state = step(after(before), { type: 'close' }, environment)[0];
        for (const event of later) {
          const [next, effects] = step(state, event, environment);
          expect(effects).toEqual([]);
          state = next;
        }
        expect(state.name).toBe('closed');
      }),
    );
  });

  it('[K2] gives each attempt an id of its own', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const attempts: string[] = [];
        let state = IDLE;
        for (const event of events) {
          const [next, effects] = step(state, event, environment);
          if (effects.includes('open')) attempts.push(next.attempt);
          state = next;
        }
        expect(attempts.every(isAttemptId)).toBe(true);
        expect(new Set(attempts).size).toBe(attempts.length);
      }),
    );
  });

  it('[K3] asks the server why, when a connection never opened', () => {
    const [state, effects] = step(after(connecting), ended(1006), environment);
    expect(state.name).toBe('explaining');
    expect(effects).toContain('explain');
  });

  it('[K3] asks the server why after a 44xx close, and falls back to what the close said', () => {
    const explaining = after([...authenticating, ended(4403, 'forbidden abc')]);
    expect(explaining.name).toBe('explaining');
    const accepted: MachineEvent = {
      type: 'explained',
      refusal: { ...refusal({ code: 'connection_lost', retryable: true }), status: undefined },
    };
    const [state] = step(explaining, accepted, environment);
    expect(state).toMatchObject({ name: 'refused', refusal: { code: 'forbidden' } });
  });

  it('[K4] stops at a refusal that is not retryable, until retry', () => {
    const refused = after([...authenticating, { type: 'refused', refusal: refusal() }]);
    expect(refused).toMatchObject({ name: 'refused', refusal: { code: 'channel_forbidden', attempt: 'a' } });
    for (const type of ['tick', 'online', 'visible', 'connect'] as const)
      expect(step(refused, { type }, environment)[0].name).toBe('refused');
    expect(step(refused, { type: 'retry' }, environment)[0].name).toBe('connecting');
  });

  it('[K5] tries a fresh credential once after a 401, then stops', () => {
    const unauthorised: MachineEvent = {
      type: 'refused',
      refusal: refusal({ code: 'ticket_expired', status: 401 }),
    };
    const once = after([...authenticating, unauthorised], { refreshable: true });
    expect(once.name).toBe('connecting');
    const twice = after([...authenticating, unauthorised, { type: 'opened' }, unauthorised], {
      refreshable: true,
    });
    expect(twice.name).toBe('refused');
    expect(after([...authenticating, unauthorised]).name).toBe('refused');
    const open4401 = after([...beating, disconnect('credential_rejected')], { refreshable: true });
    expect(open4401.name).toBe('connecting');
  });

  it('[K31] renews a credential that can be had again, and replaces the connection once when that is refused', () => {
    const state = after(beating);
    const told = step(state, { type: 'expiring' }, { ...environment, refreshable: true });
    expect(told).toEqual([state, ['renew']]);
    expect(step(state, { type: 'expiring' }, environment)).toEqual([state, []]);
    const unauthorised: MachineEvent = { type: 'refused', refusal: refusal({ status: 401 }) };
    const once = after([...beating, { type: 'expiring' }, unauthorised], { refreshable: true });
    expect(once).toMatchObject({ name: 'connecting', refreshed: true });
    expect(step(once, unauthorised, { ...environment, refreshable: true })[0].name).toBe('refused');
  });

  it('[K6] waits as long as the server says', () => {
    const state = after([...open, disconnect('slow_down', 12_345)]);
    expect(state).toMatchObject({ name: 'waiting', ordered: true, deadline: environment.now + 12_345 });
    for (const type of ['online', 'visible'] as const)
      expect(step(state, { type }, environment)[0].name).toBe('waiting');
  });

  it('[K6] else waits longer with each failure, at most the longest wait, with at least half of it by chance', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, chance) => {
        const state: State = { ...after(open), failures };
        const [next] = step(state, ended(1006), { ...environment, random: () => chance });
        const full = Math.min(DEFAULT_LIMITS.longestRetryMs, DEFAULT_LIMITS.firstRetryMs * 2 ** failures);
        const delay = (next.deadline ?? 0) - environment.now;
        expect(delay).toBeGreaterThanOrEqual(full / 2);
        expect(delay).toBeLessThanOrEqual(full);
        expect(next.failures).toBe(failures + 1);
      }),
    );
  });

  it('[K7] reconnects at once after a 42xx, but only once until a heartbeat has come', () => {
    expect(after([...beating, ended(4210)]).name).toBe('connecting');
    const again = after([...beating, ended(4210), { type: 'opened' }, welcome, ended(4210)]);
    expect(again.name).toBe('waiting');
    const proven = after([
      ...beating,
      ended(4210),
      { type: 'opened' },
      welcome,
      { type: 'heartbeat' },
      ended(4210),
    ]);
    expect(proven.name).toBe('connecting');
  });

  it('[K8] counts two intervals without a heartbeat as a lost connection', () => {
    const now = environment.now + 2 * HEARTBEAT_MS;
    const [next, effects] = step(after(beating), { type: 'tick' }, { ...environment, now });
    expect(next.name).toBe('waiting');
    expect(effects).toContain('drop');
  });

  it('[K9] tries at once when the network or the tab is back', () => {
    const offline = after([...open, ended(1006)], { online: false });
    expect(offline.name).toBe('offline');
    expect(step(offline, { type: 'online' }, environment)[0].name).toBe('connecting');
    const waiting = after([...open, ended(1006)]);
    expect(step(waiting, { type: 'visible' }, environment)[0].name).toBe('connecting');
  });

  it('[K9] probes an open connection when the network or the tab is back', () => {
    const [probing, effects] = step(after(beating), { type: 'visible' }, environment);
    expect(effects).toEqual(['ping']);
    const now = environment.now + DEFAULT_LIMITS.probeMs;
    expect(probing.deadline).toBe(now);
    expect(step(probing, { type: 'pong' }, environment)[0].deadline).toBeGreaterThan(now);
    expect(step(probing, { type: 'tick' }, { ...environment, now })[0].name).toBe('waiting');
  });

  it('keeps the last refusal for people after the connection is back', () => {
    const later = {
      type: 'refused',
      refusal: refusal({ code: 'draining', retryable: true, status: 503 }),
    } as const;
    const state = after([...authenticating, later, { type: 'tick' }, { type: 'opened' }, welcome]);
    expect(state).toMatchObject({ name: 'open', refusal: { code: 'draining' } });
  });
});
