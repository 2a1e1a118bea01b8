/**
 * The connection machine with other transports beside the best one, as pure as that. It sees to it that a transport
 * that does not work is left, and that a better one is tried again; everything else stays the machine's. It is loaded
 * behind the first connection, or with the first failure. PROTOCOL.md, K34 to K37.
 */
import { newAttempt } from './attempt.ts';
import { adopt, better, block, doubt, hasten, worse } from './choice.ts';
import {
  type Candidate,
  connect,
  type Environment,
  fresh,
  type MachineEvent,
  type Open,
  type State,
  step,
  type Step,
  timed,
} from './machine.ts';
import { localRefusal, type Refusal } from './refusal.ts';

/** What the server, or what stands before it, has against the transport rather than against who asks. */
const TRANSPORT_CODES: ReadonlySet<string> = new Set([
  'upgrade_required',
  'bad_websocket_key',
  'unsupported_websocket_version',
  'subprotocol_not_supported',
  'malformed_request',
]);

/** A frame was due, and none came. */
const silent = ({ attempt }: Pick<State, 'attempt'>): Refusal =>
  localRefusal(
    'connection_lost',
    attempt,
    'The connection opened, and then carried nothing.',
    'Look for what holds it back between here and the server, such as a proxy that buffers or a virus scanner.',
  );

type Evidence = { readonly refusal: Refusal; readonly isDoubt: boolean };

function ofRefusal(refusal: Refusal): Evidence | null {
  // Somebody else answered, or the platform does not open such an address.
  if (refusal.code === 'unreachable') return { refusal, isDoubt: true };
  return !refusal.retryable && TRANSPORT_CODES.has(refusal.code) ? { refusal, isDoubt: false } : null;
}

function ofExplanation(state: State, refusal: Refusal): Evidence | null {
  if (state.name !== 'explaining' || state.fallback) return null;
  if (refusal.code === 'attempt_not_seen' || refusal.code === 'connection_lost')
    return { refusal, isDoubt: !state.isLate };
  // Whoever cannot be asked by a plain request cannot be reached by others either.
  return refusal.code === 'unreachable' ? null : ofRefusal(refusal);
}

function ofEnd(state: State, code: number): Evidence | null {
  const hasServed = state.name === 'open' ? state.heartbeatAt !== null : state.name !== 'authenticating';
  return hasServed || code >= 4_000 ? null : { refusal: silent(state), isDoubt: true };
}

/** What this event says about the transport in use; null: nothing. A doubt may have another cause. */
function evidence(state: State, event: MachineEvent): Evidence | null {
  if (event.type === 'refused') return ofRefusal(event.refusal);
  if (event.type === 'explained') return ofExplanation(state, event.refusal);
  if (event.type === 'ended') return ofEnd(state, event.code);
  return event.type === 'tick' && state.name === 'authenticating'
    ? { refusal: silent(state), isDoubt: false }
    : null;
}

/** How long a transport may say nothing before another one is tried beside it. */
const silenceOf = ({ choice, welcome: { heartbeatMs } }: Open): number =>
  choice.transport === 'websocket' ? heartbeatMs : heartbeatMs * 1.5;

/** Which one to open beside the one in use, from when on, and what for. */
function another(
  state: Open,
  environment: Environment,
): Pick<Candidate, 'transport' | 'since' | 'forSilence'> | null {
  const { choice } = state;
  const higher = better(choice, environment);
  const lower = worse(choice, environment);
  // Not as long as that: nothing else would be left before the connection counts as lost.
  const since = environment.heardAt + silenceOf(state);
  if (lower && since < state.freshUntil && (!higher || since < higher.at))
    return { transport: lower, since, forSilence: true };
  return higher && { transport: higher.transport, since: higher.at, forSilence: false };
}

function look(state: Open, event: MachineEvent, environment: Environment): Step {
  const { now, limits, random } = environment;
  const { candidate } = state.choice;
  if (candidate)
    return now < candidate.deadline
      ? step(state, event, environment)
      : failed(state, silent(candidate), environment);
  const next = another(state, environment);
  const [after, effects] = step(state, event, environment);
  if (after.name !== 'open' || !next || now < next.since) return [after, effects];
  const beside: Candidate = {
    ...next,
    since: now,
    attempt: newAttempt(random),
    deadline: now + limits.welcomeMs,
  };
  return [{ ...after, choice: { ...after.choice, candidate: beside } }, [...effects, 'try']];
}

/** The new one serves. One that was opened for silence is not needed when that is over. */
function served(
  state: Open,
  event: Extract<MachineEvent, { type: 'candidate-welcome' }>,
  environment: Environment,
): Step {
  const { choice } = state;
  const { candidate } = choice;
  if (!candidate) return [state, []];
  const { transport, attempt, forSilence, since } = candidate;
  const { now, heardAt } = environment;
  if (forSilence && heardAt > since)
    return [{ ...state, choice: { ...choice, candidate: null } }, ['abandon']];
  const refusal = forSilence ? silent(state) : state.refusal;
  const left =
    forSilence && refusal ? block(choice, { transport: choice.transport, refusal }, environment) : choice;
  const next = adopt(left, transport);
  const times = { ...fresh(next, event.welcome, now), probeUntil: Infinity };
  return [timed({ ...state, ...times, attempt, welcome: event.welcome, refusal, choice: next }), ['switch']];
}

function failed(state: Open, refusal: Refusal, environment: Environment): Step {
  const { candidate, transport } = state.choice;
  if (!candidate) return [state, []];
  const next = block(state.choice, { transport: candidate.transport, refusal }, environment);
  // Whatever was found out about others: this one is open.
  const { [transport]: _found, ...obstacles } = next.obstacles;
  return [timed({ ...state, choice: { ...next, obstacles, transport, candidate: null } }), ['abandon']];
}

function advance(state: State, event: MachineEvent, environment: Environment): Step {
  const found = evidence(state, event);
  if (found) {
    const { refusal, isDoubt } = found;
    const { transport } = state.choice;
    const choice = isDoubt
      ? doubt(state.choice, refusal, environment)
      : block(state.choice, { transport, refusal }, environment);
    const { transports } = environment;
    const isLower = transports.indexOf(choice.transport) > transports.indexOf(transport);
    return isLower
      ? connect({ ...state, refusal, choice }, environment)
      : step({ ...state, choice }, event, environment);
  }
  const { type } = event;
  if (type === 'online' || type === 'visible' || type === 'retry')
    return step({ ...state, choice: hasten(state.choice, environment.now) }, event, environment);
  if (type === 'heartbeat')
    return step({ ...state, choice: { ...state.choice, doubts: 0 } }, event, environment);
  if (state.name !== 'open') return step(state, event, environment);
  if (type === 'tick') return look(state, event, environment);
  if (type === 'candidate-welcome') return served(state, event, environment);
  if (type === 'candidate-failed') return failed(state, event.refusal, environment);
  return step(state, event, environment);
}

/** In place of `step`. */
export function stepBeside(state: State, event: MachineEvent, environment: Environment): Step {
  const [next, effects] = advance(state, event, environment);
  const { candidate } = next.choice;
  if (next.name !== 'open')
    return candidate ? [{ ...next, choice: { ...next.choice, candidate: null } }, effects] : [next, effects];
  const due = candidate?.deadline ?? another(next, environment)?.since ?? Infinity;
  return [{ ...next, deadline: Math.min(timed(next).deadline ?? Infinity, due) }, effects];
}
