import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { better, block } from './choice.ts';
import { stepBeside } from './detour.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { type Environment, IDLE, type MachineEvent, type State } from './machine.ts';
import type { Refusal } from './refusal.ts';
import { TRANSPORTS } from './transport.ts';

const HEARTBEAT_MS = 10_000;
const START = 1_000_000;
const environment: Environment = {
  now: START,
  random: () => 0.5,
  limits: DEFAULT_LIMITS,
  online: true,
  refreshable: false,
  transports: TRANSPORTS,
  heardAt: START,
};
const refusal = (code: Refusal['code'], more: Partial<Refusal> = {}): Refusal => ({
  code,
  detail: 'It did not work.',
  fix: 'Do something else.',
  attempt: 'a',
  retryable: false,
  ...more,
});
const welcomeOf = (session: string) =>
  ({
    type: 'welcome',
    session,
    user: 'u',
    node: 'n',
    build: 'b',
    heartbeatMs: HEARTBEAT_MS,
  }) as const;
const welcome: MachineEvent = { type: 'welcome', welcome: welcomeOf('first') };
const stripped: MachineEvent = { type: 'explained', refusal: refusal('upgrade_required', { status: 426 }) };
const hidden: MachineEvent = { type: 'ended', code: 1006, reason: '' };
const notSeen: MachineEvent = {
  type: 'explained',
  refusal: refusal('attempt_not_seen', { retryable: true }),
};

function after(events: readonly MachineEvent[], env: Partial<Environment> = {}): State {
  return events.reduce((state, event) => stepBeside(state, event, { ...environment, ...env })[0], IDLE);
}
const connecting: MachineEvent[] = [{ type: 'connect' }];
const beating: MachineEvent[] = [...connecting, { type: 'opened' }, welcome, { type: 'heartbeat' }];
const onSse: MachineEvent[] = [
  ...connecting,
  hidden,
  stripped,
  { type: 'opened' },
  welcome,
  { type: 'heartbeat' },
];

/** At the state's deadline, as the driver does it. */
function tick(state: State, env: Partial<Environment> = {}): ReturnType<typeof stepBeside> {
  return stepBeside(state, { type: 'tick' }, { ...environment, now: state.deadline ?? 0, ...env });
}

describe('another transport', () => {
  it('[K34] is used at once where the server or a proxy has something against the best one', () => {
    const state = after([...connecting, hidden, stripped]);
    expect(state).toMatchObject({ name: 'connecting', choice: { transport: 'sse' } });
    expect(state.choice.obstacles.websocket).toMatchObject({ refusal: { code: 'upgrade_required' } });
  });

  it('[K34] is used when the best one opens and carries nothing', () => {
    const [state, effects] = tick(after([...connecting, { type: 'opened' }]));
    expect(state).toMatchObject({ name: 'connecting', choice: { transport: 'sse' } });
    expect(state.refusal?.code).toBe('connection_lost');
    expect(effects).toEqual(['open']);
    const opened = stepBeside(state, { type: 'opened' }, environment)[0];
    expect(tick(opened)[0].choice.transport).toBe('long-poll');
  });

  it('[K34] is not used for what a restart explains as well, unless it happens again', () => {
    const once = after([...connecting, hidden, notSeen]);
    expect(once).toMatchObject({ name: 'waiting', choice: { transport: 'websocket', doubts: 1 } });
    const twice = [hidden, notSeen].reduce<State>(
      (state, event) => stepBeside(state, event, environment)[0],
      tick(once)[0],
    );
    expect(twice).toMatchObject({ name: 'connecting', choice: { transport: 'sse' } });
  });

  it('[K34] is used when somebody else answers in the place of the server again and again', () => {
    const foreign: MachineEvent = {
      type: 'refused',
      refusal: refusal('unreachable', { retryable: true }),
    };
    const state = after([...onSse.slice(0, 3), foreign]);
    expect(state).toMatchObject({ name: 'waiting', choice: { transport: 'sse', doubts: 1 } });
    expect(stepBeside(tick(state)[0], foreign, environment)[0].choice.transport).toBe('long-poll');
  });

  it('[K34] does not help against a refusal that is about who asks, or when nothing can be reached', () => {
    const forbidden: MachineEvent = {
      type: 'refused',
      refusal: refusal('account_disabled', { status: 403 }),
    };
    expect(after([...connecting, forbidden])).toMatchObject({
      name: 'refused',
      choice: { transport: 'websocket', obstacles: {} },
    });
    const unreachable: MachineEvent = {
      type: 'explained',
      refusal: refusal('unreachable', { retryable: true }),
    };
    expect(after([...connecting, hidden, unreachable, { type: 'tick' }, hidden, unreachable])).toMatchObject({
      name: 'waiting',
      choice: { transport: 'websocket', obstacles: {} },
    });
  });

  it('[K34] is looked for from the best one again when none works', () => {
    const mute: MachineEvent[] = [{ type: 'opened' }, { type: 'tick' }];
    const state = after([...connecting, ...mute, ...mute, ...mute]);
    expect(state).toMatchObject({ name: 'waiting', choice: { transport: 'websocket', obstacles: {} } });
  });

  it('[K35] is opened beside one that has said nothing for a heartbeat, and takes over when it serves', () => {
    let state = after(beating);
    const effects: string[] = [];
    while (!effects.includes('try')) {
      const [next, done] = tick(state);
      expect(next.name).toBe('open');
      state = next;
      effects.push(...done);
    }
    expect(effects).toEqual(['ping', 'try']);
    expect(state.choice.candidate).toMatchObject({ transport: 'sse', forSilence: true });
    expect((state.choice.candidate?.since ?? 0) - START).toBe(HEARTBEAT_MS);
    const served: MachineEvent = { type: 'candidate-welcome', welcome: welcomeOf('second') };
    const now = START + HEARTBEAT_MS + 50;
    const [next, last] = stepBeside(state, served, { ...environment, now });
    expect(last).toEqual(['switch']);
    expect(next).toMatchObject({
      name: 'open',
      welcome: { session: 'second' },
      choice: { transport: 'sse', candidate: null },
    });
    expect(next.choice.obstacles.websocket?.refusal.code).toBe('connection_lost');
    const heard = stepBeside(state, served, { ...environment, now, heardAt: now });
    expect(heard[1]).toEqual(['abandon']);
    expect(heard[0].choice.transport).toBe('websocket');
  });

  it('[K36] gives way to a better one, which is tried beside it, later each time', () => {
    let state = after(onSse);
    let { now } = environment;
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const at = better(state.choice, environment)?.at ?? 0;
      waits.push(at - now);
      now = at;
      const fresh = { ...environment, now, heardAt: now };
      state = stepBeside(state, { type: 'heartbeat' }, fresh)[0];
      const [trying, effects] = stepBeside(state, { type: 'tick' }, fresh);
      expect(effects).toContain('try');
      state = stepBeside(
        trying,
        { type: 'candidate-failed', refusal: refusal('attempt_not_seen', { retryable: true }) },
        fresh,
      )[0];
      expect(state).toMatchObject({ name: 'open', choice: { transport: 'sse' } });
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1_000));
    const [trying] = stepBeside(
      { ...state, deadline: 0 },
      { type: 'tick' },
      {
        ...environment,
        now: now + 300_000,
        heardAt: now + 300_000,
      },
    );
    expect(trying.name).toBe('waiting');
    const soon = stepBeside(state, { type: 'online' }, { ...environment, now });
    expect(better(soon[0].choice, environment)?.at).toBe(now);
  });

  it('[K36] that worked and soon fails again is not forgiven how often it had failed', () => {
    const first = block(
      IDLE.choice,
      { transport: 'websocket', refusal: refusal('upgrade_required') },
      environment,
    );
    const over = { ...first, obstacles: { websocket: { ...first.obstacles.websocket, isOver: true } } };
    const second = block(
      over as State['choice'],
      { transport: 'websocket', refusal: refusal('connection_lost') },
      environment,
    );
    expect(second.obstacles.websocket?.failures).toBe(2);
  });

  it('[K37] counts anew where a failure beside it was forgiven and the network changed', () => {
    // It falls silent, what is tried beside it fails too, and later it is lost.
    const silent = START + 3 * HEARTBEAT_MS;
    const env = { ...environment, heardAt: START, now: START + HEARTBEAT_MS };
    let state = after(beating);
    while (state.choice.candidate === null && env.now < silent) {
      env.now += 500;
      [state] = stepBeside(state, { type: 'tick' }, env);
    }
    const failed: MachineEvent = { type: 'candidate-failed', refusal: refusal('connection_lost') };
    [state] = stepBeside(state, failed, env);
    [state] = stepBeside(state, { type: 'online' }, env);
    const { obstacles } = block(
      state.choice,
      { transport: 'websocket', refusal: refusal('connection_lost') },
      env,
    );
    expect(obstacles.websocket?.failures).toBe(1);
  });

  it('[K37] never leaves the machine stuck, and never uses what the application did not allow', () => {
    const types = ['connect', 'opened', 'heartbeat', 'pong', 'tick', 'retry', 'online', 'offline', 'visible'];
    const anyEvent: fc.Arbitrary<MachineEvent> = fc.oneof(
      fc.constantFrom(...types).map((type) => ({ type }) as MachineEvent),
      fc.constantFrom<MachineEvent>(welcome, hidden, stripped, notSeen, {
        type: 'candidate-welcome',
        welcome: welcomeOf('c'),
      }),
      fc
        .constantFrom<MachineEvent['type']>('refused', 'explained', 'candidate-failed')
        .chain((type) =>
          fc
            .constantFrom<Refusal['code']>('unreachable', 'connection_lost', 'upgrade_required', 'draining')
            .chain((code) =>
              fc
                .boolean()
                .map((retryable) => ({ type, refusal: refusal(code, { retryable }) }) as MachineEvent),
            ),
        ),
    );
    const allowed = fc.subarray([...TRANSPORTS], { minLength: 1 });
    const script = fc.array(fc.tuple(anyEvent, fc.nat(12_000), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(allowed, script, (transports, events) => {
        const [transport = 'sse'] = transports;
        let state: State = { ...IDLE, choice: { ...IDLE.choice, transport } };
        let { now, heardAt } = environment;
        for (const [event, dt, isHeard] of events) {
          now += dt;
          if (isHeard) heardAt = now;
          const [next, effects] = stepBeside(state, event, { ...environment, now, heardAt, transports });
          state = next;
          expect(transports).toContain(state.choice.transport);
          const { candidate } = state.choice;
          if (effects.includes('try')) expect(candidate).not.toBeNull();
          if (candidate)
            expect([state.name, transports.includes(candidate.transport)]).toEqual(['open', true]);
          if (state.name === 'idle' || state.name === 'refused') expect(state.deadline).toBeNull();
          else expect(Number.isFinite(state.deadline)).toBe(true);
        }
      }),
    );
  });
});
