/** Drives the machine: does its effects over a transport, wakes it at its deadlines, and matches replies to commands. */
import { decodeServerFrame } from '@greenlight/protocol/decode';
import type { Push, Reply, WelcomePush } from '@greenlight/protocol/frames';
import type { Clock, Random } from './clock.ts';
import { type Credential, fetchSecret, isRefreshable, type Secret } from './credential.ts';
import type { ClientLimits } from './limits.ts';
import { IDLE, type MachineEvent, type State, step } from './machine.ts';
import { type LocalCode, localRefusal, refusalFrom, type Refusal } from './refusal.ts';
import type { Connection, Listener, Transport } from './transport.ts';

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

export type OutgoingCommand = Readonly<Record<string, unknown>> & { readonly type: string };
export type Answered = (reply: Reply | null) => void;

export interface Connector {
  readonly state: State;
  /** Of the last ping that was answered. */
  readonly rttMs: number | null;
  dispatch(event: MachineEvent): void;
  /**
   * Sends over the open connection. `answered` is called before the next frame is looked at, because what follows
   * a reply may depend on it; with null if there is no connection, or if it was lost first.
   */
  command(command: OutgoingCommand, answered: Answered): void;
}

export function createConnector(options: ConnectorOptions): Connector {
  const { clock, random, limits } = options;
  const pending = new Map<number, Answered>();
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
    alarm =
      deadline === null
        ? null
        : { at: deadline, cancel: clock.after(Math.max(0, deadline - clock.now()), ring) };
  }

  function ring(): void {
    alarm = null;
    if (state.deadline !== null && clock.now() >= state.deadline) dispatch({ type: 'tick' });
    else setAlarm();
  }

  function drop(): void {
    connection?.close();
    connection = null;
    const unanswered = [...pending.values()];
    pending.clear();
    for (const answered of unanswered) answered(null);
  }

  async function open(): Promise<void> {
    drop();
    const { attempt } = state;
    const stillWanted = (): boolean => state.attempt === attempt && state.name === 'connecting';
    let secret: Secret;
    try {
      secret = await fetchSecret(options.credential());
    } catch (error) {
      const fix = 'Look at the function that was given to createClient as the credential.';
      if (stillWanted())
        refuse('credential_unavailable', `The credential could not be had: ${sentence(error)}`, fix);
      return;
    }
    if (!stillWanted()) return;
    try {
      connection = options.transport.open({ base: options.base, attempt, secret }, listen(secret));
    } catch (error) {
      // Such as ws: from a page that came over https.
      const fix = 'Use an address of the server that this page may open.';
      refuse('unreachable', `The platform does not open this address: ${sentence(error)}`, fix);
    }
  }

  const listen = (secret: Secret): Listener => ({
    opened() {
      dispatch({ type: 'opened' });
      if (secret.kind === 'token' && secret.place === 'frame') send({ type: 'auth', token: secret.value });
    },
    frame: receive,
    ended(code, reason) {
      drop();
      dispatch({ type: 'ended', code, reason });
    },
  });

  function refuse(code: LocalCode, detail: string, fix: string): void {
    dispatch({ type: 'refused', refusal: localRefusal(code, state.attempt, detail, fix) });
  }

  async function explain(): Promise<void> {
    const { attempt } = state;
    const refusal = await options.explain(attempt);
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
        const answered = pending.get(frame.id ?? -1);
        pending.delete(frame.id ?? -1);
        answered?.(frame);
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
      case 'expiring':
        dispatch({ type: 'expiring' });
        return;
      case 'event':
      case 'snapshot':
        options.onPush(frame);
        return;
      default:
        frame satisfies never;
    }
  }

  function send(command: OutgoingCommand): number {
    const id = nextId;
    nextId += 1;
    connection?.send(JSON.stringify({ id, ...command }));
    return id;
  }

  function command(outgoing: OutgoingCommand, answered: Answered): void {
    if (state.name === 'open') pending.set(send(outgoing), answered);
    else answered(null);
  }

  function ping(): void {
    const sentAt = clock.now();
    command({ type: 'ping' }, (reply) => {
      if (reply?.type !== 'ok') return;
      rttMs = clock.now() - sentAt;
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

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
