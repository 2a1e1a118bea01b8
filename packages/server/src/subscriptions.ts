/** The subscriptions of one session: opened together, delivered in order, caught up from the log when anything may be missing. */
import { workflowChannel, workflowOf } from '@greenlight/protocol/channel';
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import { formatPosition, type Since } from '@greenlight/protocol/position';
import { missingRun } from './access.ts';
import type { Disconnect } from './connections.ts';
import type { FramedPublication } from './framed-publication.ts';
import type { FramedRun } from './framed-run.ts';
import type { Heads } from './heartbeat.ts';
import type { FramedPage, Subscriber } from './hub.ts';
import type { Services } from './services.ts';
import { recoverFrom, Subscription } from './subscription.ts';
import type { Wire } from './wire.ts';

export type Denied = Extract<SubscribeOutcome, { outcome: 'denied' }>;
export type Outcomes = Readonly<Record<string, SubscribeOutcome>>;

/** What the subscriptions ask of their session. */
export type SubscriptionsOptions = {
  readonly wire: Wire;
  /** Whether the client can read `snapshot` pushes. */
  readonly snapshots: boolean;
  readonly denial: (channel: string) => Denied | null;
  readonly end: (disconnect: Disconnect) => void;
  /** Nothing is missing any more of what was behind. */
  readonly caughtUp: () => void;
  readonly failed: (error: unknown) => void;
};

type ActiveOptions = {
  readonly wire: Wire;
  /** Ends the session if the run has become somebody else's. */
  readonly becamePrivate: (workflow: string, channel: string) => boolean;
  /** What cannot be delivered as a whole. */
  readonly offerEach: (active: Active, run: FramedRun) => void;
};

/** A subscription with its place in the hub. */
class Active implements Subscriber {
  readonly subscription: Subscription;
  readonly workflow: string | null;
  readonly #wire: Wire;
  readonly #options: ActiveOptions;
  delivered = 0;

  constructor(channel: string, options: ActiveOptions) {
    this.subscription = new Subscription(channel);
    this.workflow = workflowOf(channel);
    this.#wire = options.wire;
    this.#options = options;
  }

  /** What a fan-out does for each subscriber, so the usual case touches as little memory as it can. */
  offer(run: FramedRun): void {
    if (!this.subscription.takes(run.epoch, run.first, run.last)) {
      this.#options.offerEach(this, run);
      return;
    }
    if (this.workflow !== null && this.#options.becamePrivate(this.workflow, run.channel)) return;
    this.delivered += run.publications.length;
    this.#wire.run(run);
  }
}
/** How one channel begins, once it is known. */
type Opening = { readonly outcome: SubscribeOutcome; readonly begin: () => void };

export class Subscriptions {
  readonly #services: Pick<Services, 'hub' | 'runs' | 'limits'>;
  readonly #options: SubscriptionsOptions;
  /** Of pages that are caught up with, so that whoever reads slowly is not cut while there is time; bytes. */
  readonly #mostQueued: number;
  readonly #active = new Map<string, Active>();
  readonly #forActive: ActiveOptions;
  #catchingUp = false;
  #closed = false;
  /** Of subscriptions that were dropped. */
  #deliveredBefore = 0;

  constructor(services: Pick<Services, 'hub' | 'runs' | 'limits'>, options: SubscriptionsOptions) {
    this.#services = services;
    this.#options = options;
    const { catchUpBytes, outboxBytes } = services.limits;
    this.#mostQueued = Math.max(catchUpBytes, (catchUpBytes + outboxBytes) / 2);
    this.#forActive = {
      wire: options.wire,
      becamePrivate: (workflow, channel) => this.#becamePrivate(workflow, channel),
      offerEach: (active, { publications }) => {
        for (const publication of publications) this.#offerOne(active, publication);
      },
    };
  }

  get size(): number {
    return this.#active.size;
  }

  /** Publications. */
  get delivered(): number {
    let delivered = this.#deliveredBefore;
    for (const active of this.#active.values()) delivered += active.delivered;
    return delivered;
  }

  channels(): Iterable<string> {
    return this.#active.keys();
  }

  has(channel: string): boolean {
    return this.#active.has(channel);
  }

  /** Opens all channels, hands their outcomes to `reply`, and only then begins to deliver. A channel that is open begins anew. */
  async open(wanted: Iterable<readonly [string, Since]>, reply: (outcomes: Outcomes) => void): Promise<void> {
    const openings = await Promise.all(
      Array.from(wanted, async ([channel, since]) => [channel, await this.#opening(channel, since)] as const),
    );
    if (this.#closed) return;
    reply(Object.fromEntries(openings.map(([channel, { outcome }]) => [channel, outcome])));
    for (const [, { begin }] of openings) begin();
    this.#catchUp();
  }

  drop(channel: string): void {
    const active = this.#active.get(channel);
    if (!active) return;
    this.#services.hub.remove(channel, active);
    this.#deliveredBefore += active.delivered;
    this.#active.delete(channel);
  }

  close(): void {
    this.#closed = true;
    for (const channel of this.#active.keys()) this.drop(channel);
  }

  async #opening(channel: string, since: Since): Promise<Opening> {
    const denied = this.#options.denial(channel);
    if (denied) return { outcome: denied, begin: () => {} };
    const active = this.#place(channel);
    const { hub, runs } = this.#services;
    const [extent, missing] = await Promise.all([
      hub.look(channel),
      missingRun(channel, async (id) => (await runs.get(id)) !== null),
    ]);
    if (missing) {
      if (this.#active.get(channel) === active) this.drop(channel);
      return { outcome: { outcome: 'denied', ...missing }, begin: () => {} };
    }
    const { recovered, next } = recoverFrom(since, extent);
    const beginAt = (offset: number): void => active.subscription.open(extent.epoch, offset, extent.head);
    const run = since === null || recovered.outcome === 'reset' ? await this.#runOf(active) : null;
    if (!run) return { outcome: recovered, begin: () => beginAt(next) };
    const { epoch } = extent;
    const { offset, run: state } = run;
    return {
      outcome: { outcome: 'snapshot', position: formatPosition({ epoch, offset }) },
      begin: () => {
        if (this.#active.get(channel) !== active) return;
        this.#options.wire.frame({ type: 'snapshot', channel, epoch, offset, state });
        beginAt(offset + 1);
      },
    };
  }

  /** The run whose state stands for the history of its channel; null where there is none or the client could not read it. */
  async #runOf({ workflow, subscription }: Active): ReturnType<Services['runs']['get']> {
    if (workflow === null || !this.#options.snapshots) return null;
    return subscription.channel === workflowChannel(workflow) ? this.#services.runs.get(workflow) : null;
  }

  /** Listens from this moment on, so that what happens while the log is asked is heard of. */
  #place(channel: string): Active {
    this.drop(channel);
    const active = new Active(channel, this.#forActive);
    this.#active.set(channel, active);
    this.#services.hub.add(channel, active);
    return active;
  }

  #offerOne(active: Active, publication: FramedPublication): void {
    switch (active.subscription.offer(publication.epoch, publication.offset)) {
      case 'deliver':
        this.#deliver(active, publication);
        return;
      case 'read':
        this.#catchUp();
        return;
      case 'wait':
    }
  }

  #deliver(active: Active, publication: FramedPublication): void {
    if (active.workflow !== null && this.#becamePrivate(active.workflow, publication.channel)) return;
    active.delivered += 1;
    this.#options.wire.publication(publication);
  }

  /** Before a run exists its channel is nobody's: it may have become somebody's since it was opened. */
  #becamePrivate(workflow: string, channel: string): boolean {
    if (this.#services.runs.privateOwner(workflow) === null || !this.#options.denial(channel)) return false;
    this.#options.end({ code: 'forbidden', reason: `${channel} has become private.` });
    return true;
  }

  /** Notes where the log is ahead of what was delivered, and reads it. True if anything was behind. */
  compare(heads: Heads): boolean {
    let behind = false;
    for (const { subscription } of this.#active.values()) {
      const head = heads.get(subscription.channel);
      if (head && subscription.isBehind(head.epoch, head.offset)) behind = true;
    }
    if (behind) this.#catchUp();
    return behind;
  }

  /** Channels of which nothing is known to be missing, with the last position that was queued. */
  positions(): Record<string, string> {
    const positions: Record<string, string> = {};
    for (const { subscription } of this.#active.values())
      if (subscription.phase === 'live') positions[subscription.channel] = subscription.position;
    return positions;
  }

  #catchUp(): void {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    this.#readPages().catch(this.#options.failed);
  }

  /** Reads what is missing, a page at a time and channel by channel, as fast as the peer takes it. */
  async #readPages(): Promise<void> {
    for (;;) {
      const behind = [...this.#active.values()].filter(
        ({ subscription }) => subscription.phase === 'catching-up',
      );
      if (behind.length === 0) break;
      for (const active of behind) {
        await this.#options.wire.whenLow();
        if (this.#closed) return;
        const { subscription } = active;
        subscription.reading();
        const page = await this.#services.hub.read(subscription.channel, subscription.next - 1);
        if (this.#active.get(subscription.channel) === active) this.#deliverPage(active, page);
      }
    }
    this.#catchingUp = false;
    this.#options.caughtUp();
  }

  #deliverPage(active: Active, page: FramedPage): void {
    const { subscription } = active;
    const from = subscription.startOf(page);
    if (from === 'lost') {
      const reason = `What comes next in ${subscription.channel} is no longer kept; subscribe again.`;
      this.#options.end({ code: 'position_lost', reason });
      return;
    }
    let last = from;
    for (const publication of page.publications.slice(from)) {
      if (this.#closed) return;
      // Frames can be much larger than their events; what has no room now is read again.
      if (this.#options.wire.queuedBytes > this.#mostQueued) break;
      this.#deliver(active, publication);
      last += 1;
    }
    subscription.read({ ...page, publications: page.publications.slice(0, last) });
  }
}
