/**
 * The connection as a pure state machine: state and event in, state and effects out. Time and chance come in with the
 * environment; every state answers every event. The driver (`connector.ts`) does the effects and wakes the machine
 * with `tick` at the state's deadline. Here there is one transport; `detour.ts` puts others beside it.
 * Invariants: PROTOCOL.md, K1 to K11.
 */
import { CLOSE_CODES, reconnectAfter } from '@greenlight/protocol/codes';
import type { DisconnectPush, WelcomePush } from '@greenlight/protocol/frames';
import { newAttempt } from './attempt.ts';
import type { Random } from './clock.ts';
import type { ClientLimits } from './limits.ts';
import { localRefusal, refusalFromClose, refusalFromDisconnect, type Refusal } from './refusal.ts';
import type { TransportName } from './transport.ts';

type Trail = {
  /** The attempt under way, or the last one; empty before the first. */
  readonly attempt: string;
  /** Since the last heartbeat. */
  readonly failures: number;
  /** A fresh credential was already tried since the last heartbeat. */
  readonly refreshed: boolean;
  /** The last one, kept for people after it is over. */
  readonly refusal: Refusal | null;
  readonly choice: Choice;
  /** When to send `tick`, ms since 1970. */
  readonly deadline: number | null;
};

/** Which transport to use. Made and changed in `choice.ts`. */
export type Choice = {
  /** Of the attempt under way, or in use. */
  readonly transport: TransportName;
  /** Failures of it in a row that may have had another cause. */
  readonly doubts: number;
  readonly obstacles: Readonly<Partial<Record<TransportName, Obstacle>>>;
  /** Another one, being opened beside the one in use. */
  readonly candidate: Candidate | null;
};

export type Obstacle = {
  /** Why the transport could not be used. */
  readonly refusal: Refusal;
  /** In a row. */
  readonly failures: number;
  /** When it is tried again, ms since 1970. */
  readonly retryAt: number;
  /** It has worked since; how often it failed counts on if it soon fails again. */
  readonly isOver: boolean;
};

export type Candidate = {
  readonly transport: TransportName;
  readonly attempt: string;
  readonly since: number;
  readonly deadline: number;
  /** Opened because the one in use says nothing; else because it is a better one. */
  readonly forSilence: boolean;
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
  /** It failed and the transport hides why: the server is being asked. `fallback` is what is known without it; `isLate`: it took too long. */
  | In<'explaining', { readonly fallback: Refusal | null; readonly isLate: boolean }>
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
  /** The answer to a ping is due by then. */
  readonly probeUntil: number;
  /** The next ping: halfway to the next heartbeat, so that a socket that fell silent is known within one. */
  readonly pingAt: number;
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
  | { readonly type: 'candidate-welcome'; readonly welcome: WelcomePush }
  | { readonly type: 'candidate-failed'; readonly refusal: Refusal }
  | { readonly type: 'tick' }
  | { readonly type: 'retry' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'visible' }
  | { readonly type: 'close' };

export type Effect =
  /** Drop what is open, fetch the credential, open the transport for the state's attempt. */
  | 'open'
  | 'subscribe'
  | 'ping'
  | 'renew'
  | 'drop'
  | 'explain'
  /** Open the candidate beside what is open; close it again; use it instead, the old one until the new one serves. */
  | 'try'
  | 'abandon'
  | 'switch';

export type Environment = {
  readonly now: number;
  readonly random: Random;
  readonly limits: ClientLimits;
  readonly online: boolean;
  /** Asking for the credential again may give a better one. */
  readonly refreshable: boolean;
  /** Best first; at least one. */
  readonly transports: readonly TransportName[];
  /** When the connection in use last carried a frame. */
  readonly heardAt: number;
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
  choice: { transport: 'websocket', doubts: 0, obstacles: {}, candidate: null },
  deadline: null,
};

const trail = ({ attempt, failures, refreshed, refusal, choice }: State): Omit<Trail, 'deadline'> => ({
  attempt,
  failures,
  refreshed,
  refusal,
  choice,
});

const stay = (state: State): Step => [state, []];

export function connect(state: State, { now, random, limits }: Environment): Step {
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

type Known = Pick<Extract<State, { name: 'explaining' }>, 'fallback' | 'isLate'>;

function explain(state: State, environment: Environment, known: Known): Step {
  const deadline = environment.now + environment.limits.explainMs;
  return [{ ...trail(state), name: 'explaining', ...known, deadline }, ['drop', 'explain']];
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
      return explain(state, environment, {
        fallback: refusalFromClose(code, reason, state.attempt),
        isLate: false,
      });
    default:
      return kind satisfies never;
  }
}

/** It never opened, and nobody said why. */
const hidden = (state: State, { type }: { type: string }, environment: Environment): Step =>
  explain(state, environment, { fallback: null, isLate: type === 'tick' });

const gone = (state: State, _event: unknown, environment: Environment): Step => wait(state, environment);

export type Open = Extract<State, { name: 'open' }>;

/** Its deadline follows from its other times. */
export const timed = (open: Open): Open => ({
  ...open,
  deadline: Math.min(open.freshUntil, open.probeUntil, open.pingAt),
});

/** From this moment on, for one interval. Requests are not pinged: that would open the stream anew. */
export const fresh = ({ transport }: Choice, { heartbeatMs }: WelcomePush, now: number) => ({
  freshUntil: now + 2 * heartbeatMs,
  pingAt: transport === 'websocket' ? now + heartbeatMs / 2 : Infinity,
});

function welcomed(state: State, { welcome }: { welcome: WelcomePush }, { now }: Environment): Step {
  const times = { ...fresh(state.choice, welcome, now), probeUntil: Infinity, deadline: null };
  const open = timed({ ...trail(state), name: 'open', welcome, heartbeatAt: null, ...times });
  return [open, state.choice.transport === 'websocket' ? ['subscribe', 'ping'] : ['subscribe']];
}

const beat = (state: Open, _event: unknown, { now }: Environment): Step => [
  timed({
    ...state,
    ...fresh(state.choice, state.welcome, now),
    heartbeatAt: now,
    failures: 0,
    refreshed: false,
  }),
  [],
];

/** The network or the tab came back, or is said to have gone: the socket may be dead without knowing. */
const probe = (state: Open, _event: unknown, { now, limits }: Environment): Step => [
  timed({ ...state, probeUntil: now + limits.probeMs }),
  ['ping'],
];

const pong = (state: Open): Step => [timed({ ...state, probeUntil: Infinity }), []];

function look(state: Open, _event: unknown, environment: Environment): Step {
  const { now } = environment;
  if (now >= Math.min(state.freshUntil, state.probeUntil)) return wait(state, environment);
  return now >= state.pingAt ? [timed({ ...state, pingAt: Infinity }), ['ping']] : [timed(state), []];
}

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
  'candidate-welcome': stay,
  'candidate-failed': stay,
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
      { ...trail(state), name: 'authenticating', deadline: now + limits.welcomeMs },
      [],
    ],
    refused,
    ended: (state, event, environment) =>
      event.code < 4_000 ? hidden(state, event, environment) : ended(state, event, environment),
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
    tick: look,
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
