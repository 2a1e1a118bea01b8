/**
 * The connection as a pure state machine: state and event in, state and effects out. Time and chance come in with the
 * environment; every state answers every event. The driver (`connector.ts`) does the effects and wakes the machine
 * with `tick` at the state's deadline. Invariants: PROTOCOL.md, K1 to K11.
 */
import { CLOSE_CODES, reconnectAfter } from '@greenlight/protocol/codes';
import type { DisconnectPush, WelcomePush } from '@greenlight/protocol/frames';
import { newAttempt } from './attempt.ts';
import type { Random } from './clock.ts';
import type { ClientLimits } from './limits.ts';
import { localRefusal, refusalFromClose, refusalFromDisconnect, type Refusal } from './refusal.ts';

type Trail = {
  /** The attempt under way, or the last one; empty before the first. */
  readonly attempt: string;
  /** Since the last heartbeat. */
  readonly failures: number;
  /** A fresh credential was already tried since the last heartbeat. */
  readonly refreshed: boolean;
  /** The last one, kept for people after it is over. */
  readonly refusal: Refusal | null;
  /** When to send `tick`, ms since 1970. */
  readonly deadline: number | null;
};

type In<Name extends string, Fields = unknown> = Trail & { readonly name: Name } & Fields;

export type State =
  /** Nothing was asked of it yet. */
  | In<'idle'>
  /** The transport is opening. */
  | In<'connecting'>
  /** The transport is open; the server has not said `welcome` yet. */
  | In<'authenticating'>
  | In<'open', OpenFields>
  /** It failed and the transport hides why: the server is being asked. `fallback` is what is known without it. */
  | In<'explaining', { readonly fallback: Refusal | null }>
  /** Tries again at its deadline. `ordered`: the server named the time, so nothing but a person shortens it. */
  | In<'waiting', { readonly ordered: boolean }>
  /** As waiting, and the device says that it has no network. */
  | In<'offline', { readonly ordered: boolean }>
  /** Trying again unchanged is useless. Left by `retry` only. */
  | In<'refused', { readonly refusal: Refusal }>
  | In<'closed'>;

type OpenFields = {
  readonly welcome: WelcomePush;
  /** When the last heartbeat came; null before the first. */
  readonly heartbeatAt: number | null;
  /** Without another heartbeat by then the connection counts as dead. */
  readonly freshUntil: number;
};

export type MachineEvent =
  | { readonly type: 'connect' }
  | { readonly type: 'opened' }
  | { readonly type: 'welcome'; readonly welcome: WelcomePush }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'pong' }
  | { readonly type: 'expiring' }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'disconnect'; readonly push: DisconnectPush }
  | { readonly type: 'ended'; readonly code: number; readonly reason: string }
  | { readonly type: 'explained'; readonly refusal: Refusal }
  | { readonly type: 'tick' }
  | { readonly type: 'retry' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'visible' }
  | { readonly type: 'close' };

export type Effect =
  /** Drop what is open, fetch the credential, open the transport for the state's attempt. */
  'open' | 'subscribe' | 'ping' | 'renew' | 'drop' | 'explain';

export type Environment = {
  readonly now: number;
  readonly random: Random;
  readonly limits: ClientLimits;
  readonly online: boolean;
  /** Asking for the credential again may give a better one. */
  readonly refreshable: boolean;
};

export type Step = readonly [State, readonly Effect[]];

type Move<S extends State['name'], E extends MachineEvent['type']> = (
  state: Extract<State, { name: S }>,
  event: Extract<MachineEvent, { type: E }>,
  environment: Environment,
) => Step;
type Table = {
  readonly [S in State['name']]: { readonly [E in MachineEvent['type']]: Move<S, E> };
};

export const IDLE: State = {
  name: 'idle',
  attempt: '',
  failures: 0,
  refreshed: false,
  refusal: null,
  deadline: null,
};

const trail = ({ attempt, failures, refreshed, refusal }: State): Omit<Trail, 'deadline'> => ({
  attempt,
  failures,
  refreshed,
  refusal,
});

const stay = (state: State): Step => [state, []];

function connect(state: State, { now, random, limits }: Environment): Step {
  const attempt = newAttempt(random);
  return [{ ...trail(state), name: 'connecting', attempt, deadline: now + limits.connectMs }, ['open']];
}

/** A person, or a new credential, starts over: nothing that failed before counts. */
const retry = (state: State, _event: unknown, environment: Environment): Step =>
  connect({ ...state, failures: 0, refreshed: false }, environment);

const again = (state: State, _event: unknown, environment: Environment): Step => connect(state, environment);

const close = (state: State): Step => [{ ...trail(state), name: 'closed', deadline: null }, ['drop']];

function wait(state: State, { now, random, limits, online }: Environment, orderedMs?: number): Step {
  const longest = Math.min(limits.longestRetryMs, limits.firstRetryMs * 2 ** state.failures);
  const delay = orderedMs ?? longest * (0.5 + random() / 2);
  const next = { ...trail(state), failures: state.failures + 1, ordered: orderedMs !== undefined };
  return [{ ...next, name: online ? 'waiting' : 'offline', deadline: now + delay }, ['drop']];
}

/** Once at once, so that a server which ends every session cannot make us spin. */
function reconnectNow(state: State, environment: Environment, orderedMs?: number): Step {
  if (orderedMs !== undefined || state.failures > 0) return wait(state, environment, orderedMs);
  return connect({ ...state, failures: 1 }, environment);
}

function explain(state: State, environment: Environment, fallback: Refusal | null): Step {
  const deadline = environment.now + environment.limits.explainMs;
  return [{ ...trail(state), name: 'explaining', fallback, deadline }, ['drop', 'explain']];
}

/** What a refusal means: later, once more with a fresh credential, or not before something changes. */
function refuse(from: State, refusal: Refusal, environment: Environment): Step {
  const state = { ...from, refusal };
  if (refusal.retryable) return wait(state, environment, refusal.retryAfterMs);
  if (refusal.status === 401 && environment.refreshable && !state.refreshed)
    return connect({ ...state, refreshed: true }, environment);
  return [{ ...trail(state), refusal, name: 'refused', deadline: null }, ['drop']];
}

const refused = (state: State, event: { refusal: Refusal }, environment: Environment): Step =>
  refuse(state, event.refusal, environment);

function disconnected(state: State, { push }: { push: DisconnectPush }, environment: Environment): Step {
  const kind = reconnectAfter(CLOSE_CODES[push.code]);
  switch (kind) {
    case 'now':
      return reconnectNow(state, environment, push.retryAfterMs);
    case 'backoff':
      return wait(state, environment, push.retryAfterMs);
    case 'after-change':
      return refuse(state, refusalFromDisconnect(push, state.attempt), environment);
    default:
      return kind satisfies never;
  }
}

/** It opened and then ended without a `disconnect` frame. */
function ended(
  state: State,
  { code, reason }: { code: number; reason: string },
  environment: Environment,
): Step {
  const kind = reconnectAfter(code);
  switch (kind) {
    case 'now':
      return reconnectNow(state, environment);
    case 'backoff':
      return wait(state, environment);
    case 'after-change':
      return explain(state, environment, refusalFromClose(code, reason, state.attempt));
    default:
      return kind satisfies never;
  }
}

/** It never opened, and nobody said why. */
const hidden = (state: State, _event: unknown, environment: Environment): Step =>
  explain(state, environment, null);

const gone = (state: State, _event: unknown, environment: Environment): Step => wait(state, environment);

function welcomed(state: State, { welcome }: { welcome: WelcomePush }, { now }: Environment): Step {
  const freshUntil = now + 2 * welcome.heartbeatMs;
  return [
    { ...trail(state), name: 'open', welcome, heartbeatAt: null, freshUntil, deadline: freshUntil },
    ['subscribe', 'ping'],
  ];
}

function beat(state: Extract<State, { name: 'open' }>, _event: unknown, { now }: Environment): Step {
  const freshUntil = now + 2 * state.welcome.heartbeatMs;
  return [
    { ...state, heartbeatAt: now, freshUntil, deadline: freshUntil, failures: 0, refreshed: false },
    ['ping'],
  ];
}

/** The network or the tab came back, or is said to have gone: the socket may be dead without knowing. */
function probe(state: Extract<State, { name: 'open' }>, _event: unknown, { now, limits }: Environment): Step {
  return [{ ...state, deadline: Math.min(state.freshUntil, now + limits.probeMs) }, ['ping']];
}

const pong = (state: Extract<State, { name: 'open' }>): Step => [
  { ...state, deadline: state.freshUntil },
  [],
];

/** A credential that stays the same cannot be renewed: the close that follows says so. */
const renew = (state: State, _event: unknown, { refreshable }: Environment): Step => [
  state,
  refreshable ? ['renew'] : [],
];

type Pausing = Extract<State, { name: 'waiting' | 'offline' }>;
const sooner = (state: Pausing, _event: unknown, environment: Environment): Step =>
  state.ordered ? [{ ...state, name: 'waiting' }, []] : connect(state, environment);

const unexplained = (
  state: Extract<State, { name: 'explaining' }>,
  _event: unknown,
  environment: Environment,
): Step => {
  const silent = localRefusal(
    'unreachable',
    state.attempt,
    'The server did not answer in time.',
    'Check that it runs and that this address leads to it.',
  );
  return refuse(state, state.fallback ?? silent, environment);
};

/** The server's word counts, unless all it has is that the attempt was let in and the close said more. */
const explained = (
  state: Extract<State, { name: 'explaining' }>,
  { refusal }: { refusal: Refusal },
  environment: Environment,
): Step => refuse(state, refusal.status === undefined ? (state.fallback ?? refusal) : refusal, environment);

const inert = {
  connect: stay,
  opened: stay,
  welcome: stay,
  heartbeat: stay,
  pong: stay,
  expiring: stay,
  refused: stay,
  disconnect: stay,
  ended: stay,
  explained: stay,
  tick: stay,
  retry: stay,
  online: stay,
  offline: stay,
  visible: stay,
  close: stay,
};

const pausing = { ...inert, tick: again, retry, online: sooner, visible: sooner, close };

const TABLE: Table = {
  idle: { ...inert, connect: again, retry, close },
  connecting: {
    ...inert,
    opened: (state, _event, { now, limits }) => [
      { ...trail(state), name: 'authenticating', deadline: now + limits.connectMs },
      [],
    ],
    refused,
    ended: (state, event, environment) =>
      event.code === 1006 ? hidden(state, event, environment) : ended(state, event, environment),
    tick: hidden,
    retry,
    close,
  },
  authenticating: {
    ...inert,
    welcome: welcomed,
    refused,
    disconnect: disconnected,
    ended,
    tick: gone,
    retry,
    close,
  },
  open: {
    ...inert,
    heartbeat: beat,
    pong,
    expiring: renew,
    refused,
    disconnect: disconnected,
    ended,
    tick: gone,
    retry,
    online: probe,
    offline: probe,
    visible: probe,
    close,
  },
  explaining: { ...inert, explained, tick: unexplained, retry, close },
  waiting: { ...pausing, offline: (state) => [{ ...state, name: 'offline' }, []] },
  offline: { ...pausing, visible: stay },
  refused: { ...inert, retry, close },
  closed: inert,
};

export function step(state: State, event: MachineEvent, environment: Environment): Step {
  // The table is total by its type; TypeScript cannot see that the row and the cell belong to these two.
  const move = TABLE[state.name][event.type] as (s: State, e: MachineEvent, env: Environment) => Step;
  return move(state, event, environment);
}
