/** Drives the machine: does its effects over a transport, wakes it at its deadlines, and matches replies to commands. */
import { decodeServerFrame } from '@greenlight/protocol/decode';
import type { Push, Reply, WelcomePush } from '@greenlight/protocol/frames';
import type { Clock, Random } from './clock.ts';
import { type Credential, fetchSecret, isRefreshable } from './credential.ts';
import type { ClientLimits } from './limits.ts';
import { IDLE, type MachineEvent, type State, step } from './machine.ts';
import { localRefusal, refusalFrom, type Refusal } from './refusal.ts';
import type { Connection, Transport } from './transport.ts';

export type ConnectorOptions = {
  readonly base: string;
  readonly transport: Transport;
  readonly credential: () => Credential;
  readonly explain: (attempt: string) => Promise<Refusal>;
  readonly isOnline: () => boolean;
  readonly limits: ClientLimits;
  readonly clock: Clock;
  readonly random: Random;
  /** A session began: everything has to be subscribed again. */
  readonly onSession: (welcome: WelcomePush) => void;
  readonly onPush: (push: Push) => void;
  /** The state changed, or a ping was answered. */
  readonly onChange: () => void;
};

export interface Connector {
  readonly state: State;
  /** Of the last ping that was answered. */
  readonly rttMs: number | null;
  dispatch(event: MachineEvent): void;
  /** Sends over the open connection. Null: there is none, or it was lost before the answer came. */
  command(command: Readonly<Record<string, unknown> & { type: string }>): Promise<Reply | null>;
}

export function createConnector(options: ConnectorOptions): Connector {
  const { clock, random, limits } = options;
  const pending = new Map<number, (reply: Reply | null) => void>();
  let state: State = IDLE;
  let connection: Connection | null = null;
  let rttMs: number | null = null;
  let nextId = 1;
  let alarm: { at: number; cancel: () => void } | null = null;

  function dispatch(event: MachineEvent): void {
    const before = state;
    const [next, effects] = step(state, event, {
      now: clock.now(),
      random,
      limits,
      online: options.isOnline(),
      refreshable: isRefreshable(options.credential()),
    });
    state = next;
    setAlarm();
    for (const effect of effects) EFFECTS[effect]();
    if (state !== before) options.onChange();
  }

  /** One timer. It may ring early for a deadline that moved on; then it is set again. */
  function setAlarm(): void {
    const { deadline } = state;
    if (alarm && deadline !== null && alarm.at <= deadline) return;
    alarm?.cancel();
    alarm = deadline === null ? null : { at: deadline, cancel: clock.after(deadline - clock.now(), ring) };
  }

  function ring(): void {
    alarm = null;
    if (state.deadline !== null && clock.now() >= state.deadline) dispatch({ type: 'tick' });
    else setAlarm();
  }

  function drop(): void {
    connection?.close();
    connection = null;
    for (const answer of pending.values()) answer(null);
    pending.clear();
  }

  async function open(): Promise<void> {
    drop();
    const { attempt } = state;
    const current = (): boolean => state.attempt === attempt;
    try {
      const secret = await fetchSecret(options.credential());
      if (!current() || state.name !== 'connecting') return;
      connection = options.transport.open(
        { base: options.base, attempt, secret },
        {
          opened() {
            dispatch({ type: 'opened' });
            if (secret.kind === 'token' && secret.place === 'frame')
              send({ type: 'auth', token: secret.value });
          },
          frame: receive,
          ended(code, reason) {
            connection = null;
            drop();
            dispatch({ type: 'ended', code, reason });
          },
        },
      );
    } catch (error) {
      if (!current()) return;
      const detail = `The credential could not be had: ${error instanceof Error ? error.message : String(error)}`;
      const fix = 'Look at the function that was given to createClient as the credential.';
      dispatch({ type: 'refused', refusal: localRefusal('credential_unavailable', attempt, detail, fix) });
    }
  }

  async function explain(): Promise<void> {
    const { attempt } = state;
    const refusal = await options.explain(attempt);
    if (state.attempt === attempt) dispatch({ type: 'explained', refusal });
  }

  function receive(text: string): void {
    const decoded = decodeServerFrame(text);
    if (!decoded.ok) {
      const { code, detail } = decoded;
      const fix = 'Use the client that belongs to this version of the server.';
      dispatch({
        type: 'refused',
        refusal: { code, detail, fix, attempt: state.attempt, retryable: false },
      });
      return;
    }
    const frame = decoded.value;
    switch (frame.type) {
      case 'ok':
      case 'error': {
        const answer = pending.get(frame.id ?? -1);
        pending.delete(frame.id ?? -1);
        answer?.(frame);
        return;
      }
      case 'welcome':
        dispatch({ type: 'welcome', welcome: frame });
        return;
      case 'refusal':
        dispatch({ type: 'refused', refusal: refusalFrom(frame) });
        return;
      case 'disconnect':
        dispatch({ type: 'disconnect', push: frame });
        return;
      case 'heartbeat':
        dispatch({ type: 'heartbeat' });
        options.onPush(frame);
        return;
      case 'event':
      case 'snapshot':
        options.onPush(frame);
        return;
      default:
        frame satisfies never;
    }
  }

  function send(command: Readonly<Record<string, unknown>>): number {
    const id = nextId;
    nextId += 1;
    connection?.send(JSON.stringify({ id, ...command }));
    return id;
  }

  function command(fields: Readonly<Record<string, unknown>>): Promise<Reply | null> {
    if (state.name !== 'open') return Promise.resolve(null);
    return new Promise((resolve) => pending.set(send(fields), resolve));
  }

  async function ping(): Promise<void> {
    const sentAt = clock.now();
    const reply = await command({ type: 'ping' });
    if (reply?.type !== 'ok') return;
    rttMs = clock.now() - sentAt;
    dispatch({ type: 'pong' });
  }

  const EFFECTS = {
    open: () => void open(),
    drop,
    explain: () => void explain(),
    subscribe: () => state.name === 'open' && options.onSession(state.welcome),
    ping: () => void ping(),
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
