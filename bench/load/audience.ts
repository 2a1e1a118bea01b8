/**
 * The load generator: a process that starts one server on the other core, connects its subscribers, and runs what it is
 * told (`Order`), as often as it is told. Counts every event at every subscriber.
 */
import { connect, type Socket } from 'node:net';
import { cpuTimeOf, residentBytes } from '../machine/usage.ts';
import { startEngine } from '../machine/engine-process.ts';
import { CHANNEL, channelOf, nowMicros, stampIn } from '../engines/message.ts';
import { ENGINES, type EngineName } from '../engines/engines.ts';
import type { Place } from '../engines/profile.ts';
import { percentiles, type Percentiles } from '../statistics.ts';
import type { Reader } from './reader.ts';
import { subscribeFromStart } from './websocket.ts';

export type AudienceOptions = {
  readonly engine: EngineName;
  readonly subscribers: number;
  /** One channel for all, or one for each. */
  readonly channels: 'one' | 'each';
};

export type Order =
  /** `rounds` times: so many messages in one tick, then wait until all have them. */
  | { readonly kind: 'bursts'; readonly inTick: number; readonly rounds: number }
  /** `rounds` times: one message on each channel, then wait. */
  | { readonly kind: 'spread'; readonly rounds: number }
  /** So many messages are published to a new channel, which then all subscribers ask for at once, from its beginning. */
  | { readonly kind: 'resume'; readonly missed: number }
  /** Another one, while Greenlight is watched. */
  | { readonly kind: 'profiled'; readonly order: Exclude<Order, { kind: 'profiled' }> }
  /** Nothing for so long, ms. */
  | { readonly kind: 'idle'; readonly ms: number }
  /** One message after another at this rate, whether or not the last one has arrived. */
  | { readonly kind: 'paced'; readonly perSecond: number; readonly messages: number };

export type Outcome = {
  /** Delivered to subscribers. */
  readonly events: number;
  readonly ms: number;
  /** Of the whole process, all threads, kernel included, µs. */
  readonly serverMicros: number;
  readonly loadMicros: number;
  /** The longest time for which the server's event loop did nothing else, ms; null where it does not know. */
  readonly blockedMs: number | null;
  /** In `profiled` orders only. */
  readonly profile: readonly Place[] | null;
  /** Resident memory of the server at the end, bytes. */
  readonly serverBytes: number;
  /** From publishing to each subscriber's socket, µs; in `paced` orders only. */
  readonly latency: Percentiles | null;
};

/** Memory of the server before anybody came. */
export type Ready = { readonly emptyBytes: number };

const AT_ONCE = 64;

const options = JSON.parse(process.argv[2] ?? '') as AudienceOptions;
const { dialect } = ENGINES[options.engine];
const engine = await startEngine(options.engine);
const sockets: Socket[] = [];
const scratch = Buffer.allocUnsafe(262_144);

let counted = 0;
let wanted = Number.POSITIVE_INFINITY;
let reached = (): void => {};
let latencies: number[] | null = null;

function event(bytes: Buffer, start: number, end: number): void {
  if (latencies !== null) latencies.push(nowMicros() - stampIn(bytes, start, end));
  counted += 1;
  if (counted === wanted) reached();
}

function subscribe(n: number): Promise<void> {
  const { port, credential } = engine.served;
  const arrival = { credential, channel: options.channels === 'each' ? channelOf(n) : CHANNEL };
  return new Promise((ready, reject) => {
    const reading: { read: Reader | null } = { read: null };
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      // One buffer for all: what arrives is looked at before the next socket is read.
      onread: {
        buffer: scratch,
        callback(length) {
          reading.read?.(scratch.subarray(0, length));
          return true;
        },
      },
    });
    const failed = (why: string): void => reject(new Error(`${options.engine} refused a subscriber: ${why}`));
    sockets.push(socket);
    reading.read = dialect.reader(socket, arrival, { ready, event, failed });
    socket.on('error', (error) => failed(error.message));
    socket.write(dialect.request(arrival));
  });
}

async function subscribeAll(): Promise<void> {
  let next = 0;
  const some = async (): Promise<void> => {
    while (next < options.subscribers) await subscribe(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
}

/** Resolves after so many further events. */
function expect(events: number): Promise<void> {
  wanted = counted + events;
  return new Promise((resolve) => {
    reached = resolve;
  });
}

async function lockStep(
  command: string,
  { events, rounds }: { events: number; rounds: number },
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const delivered = expect(events);
    engine.tell(command);
    await delivered;
  }
}

let resumed = 0;

async function resume(missed: number): Promise<void> {
  const channel = channelOf(resumed++);
  await engine.ask(`fill ${channel} ${missed}`);
  const delivered = expect(missed * options.subscribers);
  const request = subscribeFromStart(channel);
  for (const socket of sockets) socket.write(request);
  await delivered;
}

async function paced(perSecond: number, messages: number): Promise<void> {
  const delivered = expect(messages * options.subscribers);
  const began = performance.now();
  for (let sent = 0; sent < messages;) {
    const due = Math.min(messages, Math.floor(((performance.now() - began) / 1000) * perSecond) + 1);
    for (; sent < due; sent += 1) engine.tell('publish 1');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await delivered;
}

function obey(order: Order): Promise<void> {
  const { subscribers } = options;
  switch (order.kind) {
    case 'bursts': {
      const { inTick, rounds } = order;
      return lockStep(`publish ${inTick}`, { events: inTick * subscribers, rounds });
    }
    case 'spread':
      return lockStep(`spread ${subscribers}`, { events: subscribers, rounds: order.rounds });
    case 'resume':
      return resume(order.missed);
    case 'profiled':
      return obey(order.order);
    case 'idle':
      return new Promise((resolve) => setTimeout(resolve, order.ms));
    case 'paced':
      return paced(order.perSecond, order.messages);
  }
  return order satisfies never;
}

/**
 * Looks for news without ever sleeping: otherwise whoever sends pays for waking this process on the other core, and an
 * engine that is slower than the load pays more often. Clients on other machines do not cost that.
 */
function stayAwake(): () => void {
  let awake = true;
  const look = (): void => {
    if (awake) setImmediate(look);
  };
  look();
  return () => {
    awake = false;
  };
}

async function run(order: Order): Promise<Outcome> {
  const sleep = order.kind === 'idle' ? () => {} : stayAwake();
  latencies = order.kind === 'paced' ? [] : null;
  const before = counted;
  const began = performance.now();
  const cpu = { server: cpuTimeOf(engine.pid), load: cpuTimeOf(process.pid) };
  if (options.engine === 'later') await engine.ask('blocked');
  if (order.kind === 'profiled') await engine.ask('profile');
  await obey(order);
  sleep();
  const profile = order.kind === 'profiled' ? (JSON.parse(await engine.ask('profile')) as Place[]) : null;
  return {
    profile,
    blockedMs: options.engine === 'later' ? Number(await engine.ask('blocked')) : null,
    serverBytes: residentBytes(engine.pid),
    events: counted - before,
    ms: performance.now() - began,
    serverMicros: cpuTimeOf(engine.pid) - cpu.server,
    loadMicros: cpuTimeOf(process.pid) - cpu.load,
    latency: latencies && percentiles(latencies),
  };
}

const emptyBytes = residentBytes(engine.pid);
await subscribeAll();
process.on('message', (order: Order) => {
  void run(order).then((outcome) => process.send?.(outcome));
});
process.on('disconnect', () => engine.stop());
process.send?.({ emptyBytes } satisfies Ready);
