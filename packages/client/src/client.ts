/** The SDK's front door. */
import { isChannelName } from '@greenlight/protocol/channel';
import type { EventInput } from '@greenlight/protocol/event';
import type { OkReply, Reply } from '@greenlight/protocol/frames';
import type { Position } from '@greenlight/protocol/position';
import type { ControlAction, RunState } from '@greenlight/protocol/run';
import { newAttempt } from './attempt.ts';
import { type Clock, type Random, systemClock, systemRandom } from './clock.ts';
import { type Connector, type ConnectorOptions, createConnector } from './connector.ts';
import type { Credential } from './credential.ts';
import { type Choice, IDLE, type MachineEvent } from './machine.ts';
import { isOnline, watchEnvironment } from './environment.ts';
import { type ClientLimits, DEFAULT_LIMITS } from './limits.ts';
import type { Controlled, Failed, Published, Started } from './result.ts';
import { unreachable } from './refusal.ts';
import { createRun, type RunHandle } from './run.ts';
import { observable, type Observable, type Status } from './status.ts';
import {
  createSubscription,
  type Handler,
  type SubscribeOptions,
  type Subscription,
} from './subscription.ts';
import { createSubscriptions } from './subscriptions.ts';
import { type OutgoingCommand, type Transport, type TransportName, TRANSPORTS } from './transport.ts';
import { type WebSocketConstructor, websocketTransport } from './transports/websocket.ts';

export type { Event, EventInput, Publication } from '@greenlight/protocol/event';
export type { SnapshotPush, SubscribeOutcome } from '@greenlight/protocol/frames';
export type { Position, Since } from '@greenlight/protocol/position';
export type { RunSnapshot } from '@greenlight/protocol/run';
export type { Credential } from './credential.ts';
export type { Refusal } from './refusal.ts';
export type { Controlled, Failed, Published, RunEnd, Started } from './result.ts';
export type { RunHandle } from './run.ts';
export type { Observable, Status } from './status.ts';
export type { Handler, SubscribeOptions, Subscription } from './subscription.ts';

export type ClientOptions = {
  /** The server's address, http or https. Default: where the page came from. */
  readonly url?: string | URL;
  /** Default `cookie`. */
  readonly credential?: Credential;
  readonly fetch?: typeof fetch;
  /** The ones to use. Default: all, the best that works first. */
  readonly transports?: readonly TransportName[];
  /** For platforms that have none, as Node 20: the class of the `ws` package fits. Without one, events come over SSE. */
  readonly WebSocket?: WebSocketConstructor;
  /**
   * One connection for all tabs of this origin, carried by one of them. With a credential of the tab's own, a name
   * that is the same in the tabs of one user and in no other; with the cookie `true` is enough. Default: false, and
   * where the platform has no Web Locks.
   */
  readonly shareAcrossTabs?: boolean | string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: Partial<ClientLimits>;
};

/** Connects with the first subscription or run; until then commands go over HTTP. */
export interface Client {
  readonly status: Observable<Status>;
  /** Throws a TypeError for what is no channel name. */
  subscribe(channel: string, options?: SubscribeOptions, handler?: Handler): Subscription;
  /**
   * All of the events or none. Safe to repeat by itself: each call has an idempotency key of its own if none is given,
   * so an answer that got lost is asked for again and nothing is published twice.
   */
  publish(
    channel: string,
    events: EventInput | readonly EventInput[],
    options?: { readonly idempotencyKey?: string },
  ): Promise<Published>;
  start(kind: string, input: unknown): Promise<Started>;
  control(workflow: string, action: ControlAction): Promise<Controlled>;
  /** Follows a run. Close the handle when it is no longer shown. */
  run(id: string): RunHandle;
  /** Connects now, whatever was refused or is being waited for. */
  retry(): void;
  /** From the next attempt on, which begins now. */
  setCredential(credential: Credential): void;
  /** Ends the connection and every subscription. The client cannot be used again. */
  close(): void;
}

export function createClient(options: ClientOptions = {}): Client {
  const { clock = systemClock, random = systemRandom } = options;
  const limits: ClientLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const base = baseOf(options.url);
  const share = canShare() && options.shareAcrossTabs;
  if (options.shareAcrossTabs === true && options.credential && options.credential !== 'cookie')
    throw new TypeError(
      'Tabs that share a connection need a name for who they are: shareAcrossTabs: "<user>".',
    );
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  const transports = (options.transports ?? TRANSPORTS).filter((name) => name !== 'websocket' || WebSocket);
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const closing = new Set<() => void>();
  let credential = options.credential ?? 'cookie';
  let welcome: Pick<Status, 'user' | 'session' | 'node' | 'build'> = NOBODY;
  let lastHeartbeatAt: number | null = null;

  const connection: ConnectorOptions = {
    base,
    transports,
    load,
    loadDetour: async () => (await import('./detour.ts')).stepBeside,
    wanted: () => subscriptions.wanted(),
    fetch,
    credential: () => credential,
    explain: (attempt) =>
      import('./rest.ts').then(
        ({ explainAttempt }) => explainAttempt(attempt, { base, fetch }, limits.explainMs),
        (error: unknown) => unreachable(attempt, error),
      ),
    isOnline,
    limits,
    clock,
    random,
    onSession(next, handedOver) {
      welcome = next;
      subscriptions.begin(handedOver);
    },
    onPush: (push) => subscriptions.push(push),
    onChange: show,
  };
  const connector = share
    ? whenLoaded(shared(connection, `greenlight ${base} ${share}`))
    : createConnector(connection);
  const subscriptions = createSubscriptions({
    command: (command, answered) => connector.command(command, answered),
    isOpen: () => connector.state.name === 'open',
    onChange: show,
  });
  const status = observable(look());
  const stopWatching = watchEnvironment((sign) => connector.dispatch({ type: sign }));

  /** The best that cannot be used now, which is better than the one in use. */
  function betterOf({ transport, obstacles }: Choice): Status['better'] {
    const name = transports.find((each) => each === transport || obstacles[each]?.isOver === false);
    const obstacle = name && obstacles[name];
    if (!obstacle || obstacle.isOver) return null;
    const { refusal, retryAt } = obstacle;
    return { transport: name, refusal, retryAt };
  }

  async function load(name: TransportName): Promise<Transport> {
    switch (name) {
      case 'websocket':
        return websocketTransport(WebSocket);
      case 'sse':
        return (await import('./transports/sse.ts')).transport;
      case 'long-poll':
        return (await import('./transports/long-poll.ts')).transport;
      default:
        return name satisfies never;
    }
  }

  function look(): Status {
    const { state } = connector;
    const open = state.name === 'open';
    const { total, acknowledged, denied, headLag } = subscriptions.tally();
    const { user, session, node, build } = welcome;
    if (open && state.heartbeatAt !== null) lastHeartbeatAt = state.heartbeatAt;
    const settled = total - denied.length;
    return {
      state: state.name,
      live: open && state.heartbeatAt !== null && acknowledged === settled,
      transport: open ? state.choice.transport : null,
      better: open ? betterOf(state.choice) : null,
      user,
      session,
      node,
      build,
      subscriptions: { total, acknowledged: open ? acknowledged : 0, denied },
      lastHeartbeatAt,
      headLag,
      rttMs: connector.rttMs,
      attempt: state.attempt,
      refusal: state.refusal,
      failures: state.failures,
      retryAt: state.name === 'waiting' || state.name === 'offline' ? state.deadline : null,
    };
  }

  function show(): void {
    status.set(look());
  }

  /** Over the connection, else over HTTP; `repeatable` also after the connection was lost before the answer. */
  async function command(fields: OutgoingCommand, repeatable: boolean): Promise<OkReply | Failed> {
    const sent = connector.state.name === 'open' && connector.state.choice.transport === 'websocket';
    const reply = sent && (await new Promise<Reply | null>((resolve) => connector.command(fields, resolve)));
    if (reply) return reply.type === 'ok' ? reply : failedReply(reply);
    if (sent && !repeatable)
      return {
        ok: false,
        code: 'connection_lost',
        detail: 'The connection was lost before the answer; look at what is there before you repeat this.',
        retryable: false,
      };
    try {
      const { postCommand } = await import('./rest.ts');
      return await postCommand(fields, credential, { base, fetch, random, repeatable });
    } catch (error) {
      return { ok: false, ...unreachable('', error) };
    }
  }

  function subscribe(
    channel: string,
    subscribeOptions: SubscribeOptions = {},
    handler?: Handler,
  ): Subscription {
    if (!isChannelName(channel)) throw new TypeError(`${JSON.stringify(channel)} is not a channel name.`);
    if (connector.state.name === 'closed') throw new TypeError('This client is closed; create another one.');
    const subscription = createSubscription(channel, {
      ...subscribeOptions,
      handler,
      capacity: limits.bufferedPublications,
      subscribe: (sink) => {
        const seat = subscriptions.add(channel, subscribeOptions.since ?? null, sink);
        return {
          get since() {
            return seat.since;
          },
          recover: () => seat.recover(),
          leave() {
            closing.delete(close);
            seat.leave();
          },
        };
      },
    });
    const close = (): void => subscription.close();
    closing.add(close);
    connector.dispatch({ type: 'connect' });
    return subscription;
  }

  async function control(workflow: string, action: ControlAction): Promise<Controlled> {
    const reply = await command({ type: 'control', workflow, action }, false);
    return isFailed(reply) ? reply : { ok: true, workflow, state: reply['state'] as RunState };
  }

  function run(id: string): RunHandle {
    const handle = createRun(id, { subscribe, control });
    const close = (): void => handle.close();
    closing.add(close);
    void handle.done.then(() => closing.delete(close));
    return handle;
  }

  return {
    status,
    subscribe,
    control,
    run,

    async publish(channel, events, { idempotencyKey = newAttempt(random) } = {}) {
      const list = Array.isArray(events) ? events : [events];
      const reply = await command({ type: 'publish', channel, events: list, idempotencyKey }, true);
      if (isFailed(reply)) return reply;
      const { epoch, offset } = reply as OkReply & Position;
      return {
        ok: true,
        epoch,
        offset,
        durability: reply['durability'] === 'memory' ? 'memory' : 'disk',
        duplicate: reply['duplicate'] === true,
      };
    },

    async start(kind, input) {
      const reply = await command({ type: 'start', kind, input }, false);
      return isFailed(reply) ? reply : { ok: true, run: run(reply['workflow'] as string) };
    },

    retry: () => connector.dispatch({ type: 'retry' }),

    setCredential(next) {
      credential = next;
      if (connector.state.name !== 'idle') connector.dispatch({ type: 'retry' });
    },

    close() {
      for (const close of closing) close();
      stopWatching();
      connector.dispatch({ type: 'close' });
    },
  };
}

const canShare = (): boolean =>
  typeof BroadcastChannel === 'function' &&
  Boolean((globalThis.navigator as Partial<Navigator> | undefined)?.locks);

const shared = (options: ConnectorOptions, name: string): Promise<Connector> =>
  import('./tabs.ts').then(
    ({ shareConnector }) => shareConnector(options, name),
    () => createConnector(options),
  );

/** Idle until it is there; what happens meanwhile happens then. */
function whenLoaded(loading: Promise<Connector>): Connector {
  let connector: Connector | null = null;
  const early: MachineEvent[] = [];
  void begin();
  async function begin(): Promise<void> {
    const loaded = await loading;
    connector = loaded;
    for (const event of early) loaded.dispatch(event);
  }
  return {
    get state() {
      return connector?.state ?? IDLE;
    },
    get rttMs() {
      return connector?.rttMs ?? null;
    },
    dispatch: (event) => (connector ? connector.dispatch(event) : void early.push(event)),
    command: (command, answered) => (connector ? connector.command(command, answered) : answered(null)),
  };
}

const NOBODY = { user: null, session: null, node: null, build: null };

const isFailed = (reply: OkReply | Failed): reply is Failed => 'ok' in reply && reply.ok === false;

function failedReply({ id: _id, type: _type, ...failure }: Extract<Reply, { type: 'error' }>): Failed {
  return { ok: false, ...failure };
}

function baseOf(url: string | URL | undefined): string {
  const base = new URL(url ?? globalThis.location?.origin);
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base.href;
}
