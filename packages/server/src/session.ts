/** One authenticated connection: who it is, what it reads, how it beats and how it ends, whatever its transport. */
import type { Identity } from '@greenlight/handshake/identity';
import type { ConnectionInfo } from '@greenlight/protocol/connection-info';
import type { WelcomePush } from '@greenlight/protocol/frames';
import { simulatedMark } from '@greenlight/protocol/event';
import type { Since } from '@greenlight/protocol/position';
import type { Transport } from '@greenlight/protocol/transport';
import type { Accepted } from './accepted.ts';
import { readDenial } from './access.ts';
import { newSessionId, type Connection, type Disconnect } from './connections.ts';
import type { Beating, Heads } from './heartbeat.ts';
import type { Services } from './services.ts';
import { type Denied, Subscriptions, type Outcomes } from './subscriptions.ts';
import { UnderWay } from './under-way.ts';
import type { Wire } from './wire.ts';

/** Somebody is known to be behind it. */
export type Identified = Accepted & { readonly identity: Identity };

/** On routes that ask for a credential nobody comes in without one. */
export function identified(accepted: Accepted): Identified {
  const { identity, request } = accepted;
  if (!identity) throw new Error(`${request.path} let somebody in without an identity.`);
  return { ...accepted, identity };
}

export function welcomeFrom(
  { info, limits }: Services,
  { session, identity }: { readonly session: string; readonly identity: Identity },
): WelcomePush {
  return {
    type: 'welcome',
    session,
    user: identity.user,
    ...simulatedMark(identity),
    node: info.node,
    build: info.build,
    heartbeatMs: limits.heartbeatMs,
  };
}

export type SessionOptions = {
  readonly accepted: Identified;
  readonly wire: Wire;
  /** Whether its client can read `snapshot` pushes. */
  readonly snapshots: boolean;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Session implements Connection, Beating {
  readonly session = newSessionId();
  readonly address: string;
  readonly transport: Transport;
  readonly #services: Services;
  readonly #attempt: string;
  readonly #wire: Wire;
  readonly #openedAt: number;
  readonly #subscriptions: Subscriptions;
  readonly #leave: (reason: string) => void;
  #identity: Identity;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #ended: string | null = null;
  /** A heartbeat waits for the catching up that its heads imply. */
  #owesHeartbeat = false;
  #hasBeaten = false;
  #countedDeliveries = 0;
  readonly #commands = new UnderWay();
  #settling = false;

  constructor(services: Services, { accepted, wire, snapshots }: SessionOptions) {
    this.#services = services;
    this.#attempt = accepted.request.attempt;
    this.#wire = wire;
    this.#openedAt = services.clock();
    this.address = accepted.request.address;
    this.transport = accepted.request.transport;
    this.#identity = accepted.identity;
    this.#subscriptions = new Subscriptions(services, {
      wire,
      snapshots,
      denial: (channel) => this.#denial(channel),
      end: (disconnect) => this.end(disconnect),
      caughtUp: () => this.#payHeartbeat(),
      failed: (error) => this.fail(error),
    });
    this.#leave = services.connections.add(this);
    services.hub.heartbeat.add(this);
    this.#watchExpiry();
  }

  get identity(): Identity {
    return this.#identity;
  }

  get queuedBytes(): number {
    return this.#wire.queuedBytes;
  }

  /** Whether commands are taken. */
  get isOpen(): boolean {
    return this.#ended === null && !this.#settling;
  }

  /** A command is being worked on. Gives the function to call when it is answered. */
  command(): () => void {
    return this.#commands.begin();
  }

  settle(): Promise<void> | null {
    this.#settling = true;
    return this.#commands.ended();
  }

  info(): ConnectionInfo {
    const { user, credentialId } = this.#identity;
    return {
      session: this.session,
      attempt: this.#attempt,
      user,
      credentialId,
      transport: this.transport,
      address: this.address,
      since: new Date(this.#openedAt).toISOString(),
      channels: [...this.#subscriptions.channels()],
      queuedBytes: this.queuedBytes,
      rttMs: this.#wire.rttMs,
      delivered: this.#subscriptions.delivered,
      ...simulatedMark(this.#identity),
    };
  }

  welcome(): void {
    this.#wire.frame(welcomeFrom(this.#services, this));
  }

  /** The same user with a fresher credential, which may permit less. */
  renew(identity: Identity): void {
    this.#identity = identity;
    this.#watchExpiry();
    for (const channel of this.channels()) {
      const denied = this.#denial(channel);
      if (denied) return this.end({ code: 'forbidden', reason: denied.detail });
    }
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const { clock, limits } = this.#services;
    const { expiresAt } = this.#identity;
    if (expiresAt === undefined) return;
    const left = Math.max(0, expiresAt - clock());
    const noticeMs = Math.min(limits.expiryNoticeMs, left / 2);
    this.#waitUntil(expiresAt - noticeMs, () => {
      this.#wire.frame({ type: 'expiring', expiresAt: new Date(expiresAt).toISOString() });
      this.#waitUntil(expiresAt, () =>
        this.end({ code: 'credential_rejected', reason: 'The credential has expired; get a new one.' }),
      );
    });
  }

  /** One at a time. Timers fire at once when they are to wait longer than they can. */
  #waitUntil(time: number, act: () => void): void {
    const left = Math.max(0, time - this.#services.clock());
    const isTooLong = left > LONGEST_TIMER_MS;
    const then = isTooLong ? (): void => this.#waitUntil(time, act) : act;
    this.#expiry = setTimeout(then, Math.min(left, LONGEST_TIMER_MS)).unref();
  }

  /** Hands the outcomes to `reply`, then begins to deliver. */
  async subscribe(
    wanted: Iterable<readonly [string, Since]>,
    reply: (outcomes: Outcomes) => void,
  ): Promise<void> {
    await this.#subscriptions.open(wanted, reply).catch((error: unknown) => this.fail(error));
    if (this.#hasBeaten || this.#ended !== null) return;
    // The first heartbeat does not wait for its turn: before it nobody may call the connection live.
    this.#hasBeaten = true;
    this.beat(await this.#services.log.heads([...this.channels()]).catch(() => null));
  }

  /** All or none: gives a channel that is not subscribed, or null when all are gone. */
  unsubscribe(channels: readonly string[]): string | null {
    const missing = channels.find((channel) => !this.#subscriptions.has(channel));
    if (missing !== undefined) return missing;
    for (const channel of channels) this.#subscriptions.drop(channel);
    return null;
  }

  #denial(channel: string): Denied | null {
    const { limits, runs } = this.#services;
    const most = limits.channelsPerConnection;
    // Before anything is looked at, so that a full connection is told nothing about any channel.
    if (this.#subscriptions.size >= most && !this.#subscriptions.has(channel)) {
      const detail = `One connection reads at most ${most} channels; unsubscribe from some or open another one.`;
      return { outcome: 'denied', code: 'too_large', detail };
    }
    const denial = readDenial(this.#identity, channel, (id) => runs.privateOwner(id));
    return denial && { outcome: 'denied', ...denial };
  }

  channels(): Iterable<string> {
    return this.#subscriptions.channels();
  }

  beat(heads: Heads | null): void {
    this.#countDeliveries();
    if (!this.#wire.checkPeer()) return this.destroy();
    // One that is still owed is paid now, without the channels that are behind: the peer must hear that we live.
    this.#payHeartbeat();
    if (heads === null) return;
    this.#owesHeartbeat = true;
    if (!this.#subscriptions.compare(heads)) this.#payHeartbeat();
  }

  /**
   * A channel's head is told only when everything up to it is queued for this session: who hears of a head above what
   * it has knows that something is missing. The heads that the log gave were reached before this is called.
   */
  #payHeartbeat(): void {
    if (!this.#owesHeartbeat || this.#ended !== null) return;
    this.#owesHeartbeat = false;
    const at = new Date(this.#services.clock()).toISOString();
    this.#wire.frame({ type: 'heartbeat', at, heads: this.#subscriptions.positions() });
  }

  #countDeliveries(): void {
    const { delivered } = this.#subscriptions;
    if (delivered === this.#countedDeliveries) return;
    this.#services.metrics.delivered(this.transport, delivered - this.#countedDeliveries);
    this.#countedDeliveries = delivered;
  }

  /** The outbox is full. */
  overflow(): void {
    this.#services.metrics.slowConsumer(this.transport);
    const reason = 'Events come faster than this client reads; connect again and resume from your position.';
    this.end({ code: 'slow_consumer', reason });
  }

  /** Something of ours broke. */
  fail(error: unknown): void {
    this.#services.logger.error(
      { error, session: this.session, attempt: this.#attempt, ...simulatedMark(this.#identity) },
      'A session failed.',
    );
    this.end({ code: 'internal', reason: 'The server failed; connect again.' });
  }

  end(disconnect: Disconnect): void {
    if (this.#ended !== null) return;
    this.#stop(disconnect.code);
    this.#wire.end({ type: 'disconnect', ...disconnect });
  }

  destroy(): void {
    this.#stop('unresponsive');
    this.#wire.destroy();
  }

  /** The transport is closed. */
  closed(): void {
    this.#stop('left');
    this.#countDeliveries();
    this.#leave(this.#ended ?? 'left');
  }

  #stop(reason: string): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    clearTimeout(this.#expiry);
    this.#services.hub.heartbeat.remove(this);
    this.#subscriptions.close();
  }
}
