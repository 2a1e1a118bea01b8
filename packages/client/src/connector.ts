/** Drives the machine: does its effects over transports and wakes it at its deadlines. */
import type { Push, WelcomePush } from '@greenlight/protocol/frames';
import type { Since } from '@greenlight/protocol/position';
import type { Clock, Random } from './clock.ts';
import { type Credential, fetchSecret, isRefreshable, type Secret } from './credential.ts';
import type { ClientLimits } from './limits.ts';
import { type Answered, type Line, type LineListener, openLine } from './line.ts';
import { IDLE, type MachineEvent, type State, step } from './machine.ts';
import { type LocalCode, localRefusal, refusalFrom, refusalFromDisconnect, type Refusal } from './refusal.ts';
import type { OutgoingCommand, Transport, TransportName } from './transport.ts';

export type ConnectorOptions = {
  readonly base: string;
  readonly fetch: typeof fetch;
  /** Best first; at least one. */
  readonly transports: readonly TransportName[];
  readonly load: (name: TransportName) => Promise<Transport>;
  /** The machine that knows of more than one transport, in place of `step`. */
  readonly loadDetour: () => Promise<typeof step>;
  readonly credential: () => Credential;
  readonly wanted: () => ReadonlyMap<string, Since>;
  readonly explain: (attempt: string) => Promise<Refusal>;
  readonly isOnline: () => boolean;
  readonly limits: ClientLimits;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * A session began: everything has to be subscribed again. `handedOver` is given where an older session goes on until
   * the new one serves, and called then.
   */
  readonly onSession: (welcome: WelcomePush, handedOver?: () => void) => void;
  readonly onPush: (push: Push) => void;
  /** The state changed, or a ping was answered. */
  readonly onChange: () => void;
};

export interface Connector {
  readonly state: State;
  /** Of the last ping that was answered. */
  readonly rttMs: number | null;
  dispatch(event: MachineEvent): void;
  /** Sends over the open connection. `answered` gets null if there is no connection, or if it was lost first. */
  command(command: OutgoingCommand, answered: Answered): void;
}

/** A timer that rings as much too late slept with the machine. */
const SLEPT_MS = 5_000;

export function createConnector(options: ConnectorOptions): Connector {
  const { base, clock, fetch, limits, random, transports } = options;
  const [transport = 'websocket'] = transports;
  let state: State = { ...IDLE, choice: { ...IDLE.choice, transport } };
  let advance = step;
  let main: Line | null = null;
  let candidate: Line | null = null;
  /** Serves until the new one does. */
  let leaving: Line | null = null;
  let heardAt = 0;
  let rttMs: number | null = null;
  let alarm: { at: number; cancel: () => void } | null = null;

  function dispatch(event: MachineEvent): void {
    const before = state;
    const [next, effects] = advance(state, event, {
      now: clock.now(),
      random,
      limits,
      online: options.isOnline(),
      refreshable: isRefreshable(options.credential()),
      transports,
      heardAt,
    });
    state = next;
    setAlarm();
    for (const effect of effects) EFFECTS[effect]();
    if (state !== before) options.onChange();
  }

  /** Behind the first connection, or with the first failure. Without it everything goes on, by one transport. */
  async function knowMore(): Promise<void> {
    if (advance !== step || transports.length < 2) return;
    advance = await options.loadDetour().catch(() => step);
  }

  /** One timer. It may ring early for a deadline that moved on; then it is set again. */
  function setAlarm(): void {
    const { deadline } = state;
    if (alarm && deadline !== null && alarm.at <= deadline) return;
    alarm?.cancel();
    alarm =
      deadline === null
        ? null
        : { at: deadline, cancel: clock.after(Math.max(0, deadline - clock.now()), ring) };
  }

  function ring(): void {
    const late = clock.now() - (alarm?.at ?? Infinity);
    alarm = null;
    if (state.deadline === null || clock.now() < state.deadline) return setAlarm();
    dispatch({ type: 'tick' });
    if (late > SLEPT_MS) dispatch({ type: 'visible' });
  }

  function abandon(): void {
    candidate?.close();
    candidate = null;
  }

  function drop(): void {
    const lines = [main, leaving];
    main = leaving = null;
    abandon();
    for (const line of lines) line?.close();
  }

  /** Null where it failed or is not wanted any more. */
  async function begin(
    name: TransportName,
    attempt: string,
    isWanted: () => boolean,
  ): Promise<Line | Refusal | null> {
    let secret: Secret;
    try {
      secret = await fetchSecret(options.credential());
    } catch (error) {
      const fix = 'Look at the function that was given to createClient as the credential.';
      return local('credential_unavailable', `The credential could not be had: ${sentence(error)}`, fix);
    }
    try {
      const [transport] = await Promise.all([options.load(name), name !== 'websocket' && knowMore()]);
      const target = {
        base,
        attempt,
        secret,
        fetch,
        clock,
        openMs: limits.connectMs,
        fetchSecret: () => fetchSecret(options.credential()),
        wanted: options.wanted,
      };
      return isWanted() ? openLine(transport, target, listenerWith(secret)) : null;
    } catch (error) {
      // Such as ws: from a page that came over https.
      const fix = 'Use an address of the server that this page may open.';
      return local('unreachable', `The platform does not open this address: ${sentence(error)}`, fix);
    }
  }

  async function open(): Promise<void> {
    drop();
    const { attempt, choice } = state;
    const isWanted = (): boolean => state.attempt === attempt && state.name === 'connecting';
    const line = await begin(choice.transport, attempt, isWanted);
    if (!isWanted()) return;
    if (line && 'code' in line) dispatch({ type: 'refused', refusal: { ...line, attempt } });
    else main = line;
  }

  async function tryAnother(): Promise<void> {
    if (state.name !== 'open' || !state.choice.candidate) return;
    const { transport, attempt } = state.choice.candidate;
    const isWanted = (): boolean => state.name === 'open' && state.choice.candidate?.attempt === attempt;
    const line = await begin(transport, attempt, isWanted);
    if (!isWanted()) return;
    if (line && 'code' in line) dispatch({ type: 'candidate-failed', refusal: { ...line, attempt } });
    else candidate = line;
  }

  function switchOver(): void {
    if (state.name !== 'open') return;
    const old = main;
    leaving?.close();
    leaving = old;
    main = candidate;
    candidate = null;
    heardAt = clock.now();
    options.onSession(state.welcome, () => old?.retire());
  }

  const listenerWith = (secret: Secret): LineListener => ({
    opened(line) {
      void knowMore();
      if (line === main) dispatch({ type: 'opened' });
      if (line.transport === 'websocket' && secret.kind === 'token' && secret.place === 'frame')
        line.command({ type: 'auth', token: secret.value }, () => undefined);
    },
    push(line, push) {
      if (line === main) receive(push);
      else if (line === candidate) receiveAside(push);
      else if (push.type === 'event') options.onPush(push);
    },
    strange(line, { code, detail }) {
      if (line !== main) return;
      const { attempt } = state;
      const fix = 'Use the client that belongs to this version of the server.';
      if (code === 'unknown_frame_type')
        dispatch({ type: 'refused', refusal: { code, detail, fix, attempt, retryable: false } });
      else dispatch({ type: 'ended', code: DAMAGED, reason: detail });
    },
    ended(line, code, reason) {
      if (line === main) {
        main = null;
        dispatch({ type: 'ended', code, reason });
      } else if (line === candidate) void failAside();
      else if (line === leaving) leaving = null;
    },
  });

  /** The candidate ended without a word. */
  async function failAside(): Promise<void> {
    candidate = null;
    if (state.name !== 'open' || !state.choice.candidate) return;
    const { attempt } = state.choice.candidate;
    const refusal = await options.explain(attempt);
    if (state.choice.candidate?.attempt === attempt) dispatch({ type: 'candidate-failed', refusal });
  }

  function receiveAside(push: Push): void {
    if (state.name !== 'open' || !state.choice.candidate) return;
    const { attempt } = state.choice.candidate;
    if (push.type === 'welcome') dispatch({ type: 'candidate-welcome', welcome: push });
    else if (push.type === 'refusal') dispatch({ type: 'candidate-failed', refusal: refusalFrom(push) });
    else if (push.type === 'disconnect')
      dispatch({ type: 'candidate-failed', refusal: refusalFromDisconnect(push, attempt) });
  }

  const local = (code: LocalCode, detail: string, fix: string): Refusal =>
    localRefusal(code, state.attempt, detail, fix);

  async function explain(): Promise<void> {
    const { attempt } = state;
    const [refusal] = await Promise.all([options.explain(attempt), knowMore()]);
    if (state.attempt === attempt) dispatch({ type: 'explained', refusal });
  }

  /**
   * A fresh credential on the open connection. Where it cannot be had, or be judged now, the connection goes on until
   * the server ends it, and the next one asks again; one that was refused is replaced by a new connection, once.
   */
  async function renew(): Promise<void> {
    const { attempt } = state;
    const secret = await fetchSecret(options.credential()).catch(() => null);
    if (!secret || secret.kind === 'none' || state.attempt !== attempt) return;
    command({ type: 'auth', [secret.kind]: secret.value }, (reply) => {
      if (reply?.type !== 'error' || reply.retryable) return;
      const { id: _id, type: _type, fix = 'Give the client another credential.', ...rest } = reply;
      dispatch({ type: 'refused', refusal: { ...rest, fix, attempt, status: 401 } });
    });
  }

  function receive(push: Push): void {
    heardAt = clock.now();
    switch (push.type) {
      case 'welcome':
        dispatch({ type: 'welcome', welcome: push });
        return;
      case 'refusal':
        dispatch({ type: 'refused', refusal: refusalFrom(push) });
        return;
      case 'disconnect':
        dispatch({ type: 'disconnect', push });
        return;
      case 'heartbeat':
        dispatch({ type: 'heartbeat' });
        options.onPush(push);
        return;
      case 'expiring':
        dispatch({ type: 'expiring' });
        return;
      case 'event':
      case 'snapshot':
        options.onPush(push);
        return;
      default:
        push satisfies never;
    }
  }

  function command(outgoing: OutgoingCommand, answered: Answered): void {
    if (state.name === 'open' && main) main.command(outgoing, answered);
    else answered(null);
  }

  function ping(): void {
    const sentAt = clock.now();
    const line = main;
    command({ type: 'ping' }, (reply) => {
      if (reply?.type !== 'ok' || line !== main) return;
      heardAt = clock.now();
      rttMs = heardAt - sentAt;
      dispatch({ type: 'pong' });
    });
  }

  const EFFECTS = {
    open: () => void open(),
    drop,
    explain: () => void explain(),
    subscribe: () => state.name === 'open' && options.onSession(state.welcome),
    ping,
    renew: () => void renew(),
    try: () => void tryAnother(),
    abandon,
    switch: switchOver,
  };

  return {
    get state() {
      return state;
    },
    get rttMs() {
      return rttMs;
    },
    dispatch,
    command,
  };
}

/** As platforms close for text that is no UTF-8 (RFC 6455 section 7.4.1). */
const DAMAGED = 1007;

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
