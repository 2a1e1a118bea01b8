/**
 * Fan-out: CPU of the server for each delivered message, ours and `ws` with one `send` for each subscriber, alternating
 * in one run. `node bench/fanout.ts [subscribers]`. The server runs in a process of its own; the paired ratio is what
 * counts, for absolute figures depend on the machine.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { openStage } from '@greenlight/server/testing/stage';

type Engine = 'greenlight' | 'ws';
/** `inTick` messages are published in one tick, then all subscribers have to have them; `rounds` times. */
type Load = { readonly inTick: number; readonly rounds: number };
type Done = { readonly cpuMicros: number };

const CHANNEL = 'memory';
const DATA = 'x'.repeat(128);
const LOADS: readonly Load[] = [
  { inTick: 1, rounds: 200 },
  { inTick: 16, rounds: 60 },
];
const PAIRS = 3;

type Served = {
  readonly port: number;
  readonly credential?: string;
  readonly publish: (inTick: number) => void;
};

async function serveGreenlight(): Promise<Served> {
  // All subscribers come from one address with one key, which nobody else's would.
  const many = { attemptsPerMinute: 1e6, attemptsPerMinutePerUser: 1e6, attemptsPerMinutePerKey: 1e6 };
  const open = { connectionsPerAddress: 20_000, connectionsPerUser: 20_000, connectionsPerKey: 20_000 };
  const stage = await openStage({ limits: { outboxBytes: 16_777_216, ...many, ...open } });
  return {
    credential: stage.credential,
    port: Number(stage.host.split(':')[1]),
    publish: (inTick) => {
      for (let n = 0; n < inTick; n += 1) void stage.publish(CHANNEL, DATA);
    },
  };
}

async function serveWs(): Promise<Served> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  let offset = 0;
  return {
    port: (server.address() as AddressInfo).port,
    publish: (inTick) => {
      for (let n = 0; n < inTick; n += 1) {
        const event = {
          id: crypto.randomUUID(),
          type: 'test',
          source: `/channels/${CHANNEL}`,
          time: new Date().toISOString(),
          specversion: '1.0',
          data: DATA,
        };
        const frame = JSON.stringify({
          type: 'event',
          channel: CHANNEL,
          epoch: 'e',
          offset: ++offset,
          event,
        });
        for (const client of server.clients) client.send(frame);
      }
    },
  };
}

async function serve(engine: Engine): Promise<void> {
  const { publish, ...reached } = await (engine === 'ws' ? serveWs() : serveGreenlight());
  let since = process.cpuUsage();
  process.on('message', (message: { publish?: number; begin?: true; end?: true }) => {
    if (message.publish) publish(message.publish);
    if (message.begin) since = process.cpuUsage();
    if (!message.end) return;
    const { user, system } = process.cpuUsage(since);
    process.send?.({ cpuMicros: user + system } satisfies Done);
  });
  process.send?.(reached);
}

/** Masked with zeros. */
function clientFrame(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);
}

/** Counts event frames of all subscribers; frames of up to 64 KiB. */
class Subscribers {
  #wanted = 0;
  #counted = 0;
  #reached = (): void => {};

  async connect(server: Omit<Served, 'publish'>, engine: Engine, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.#connectOne(server, engine);
  }

  #connectOne({ port, credential }: Omit<Served, 'publish'>, engine: Engine): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        `${credential === undefined ? '' : `Authorization: Bearer ${credential}\r\n`}\r\n`,
    );
    return new Promise((resolve, reject) => {
      let rest: Buffer = Buffer.alloc(0);
      let open = false;
      socket.on('data', (chunk: Buffer) => {
        let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        if (!open) {
          const at = bytes.indexOf('\r\n\r\n');
          if (at < 0) return;
          open = true;
          const status = bytes.toString('latin1', 0, bytes.indexOf('\r\n'));
          if (!status.includes(' 101 ')) reject(new Error(`${engine} refused a subscriber: ${status}`));
          bytes = bytes.subarray(at + 4);
          if (engine === 'ws') resolve();
          else socket.write(clientFrame(`{"id":1,"type":"subscribe","channels":{"${CHANNEL}":null}}`));
        }
        while (bytes.length >= 4) {
          const short = (bytes[1] ?? 0) & 0x7f;
          const start = short < 126 ? 2 : 4;
          const length = short < 126 ? short : bytes.readUInt16BE(2);
          if (bytes.length < start + length) break;
          const payload = bytes.subarray(start, start + length);
          if (payload.includes('"type":"event"', 0, 'latin1')) this.#count();
          else if (payload.includes('"type":"heartbeat"', 0, 'latin1')) resolve();
          bytes = bytes.subarray(start + length);
        }
        rest = bytes;
      });
    });
  }

  #count(): void {
    this.#counted += 1;
    if (this.#counted === this.#wanted) this.#reached();
  }

  /** Resolves after so many further events. */
  expect(events: number): Promise<void> {
    this.#wanted = this.#counted + events;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }
}

type Bench = {
  readonly engine: Engine;
  readonly child: ChildProcess;
  readonly subscribers: Subscribers;
  readonly count: number;
};

async function start(engine: Engine, count: number): Promise<Bench> {
  const child = fork(import.meta.filename, ['serve', engine]);
  const [server] = (await once(child, 'message')) as [Omit<Served, 'publish'>];
  const subscribers = new Subscribers();
  await subscribers.connect(server, engine, count);
  return { engine, child, subscribers, count };
}

/** CPU microseconds of the server for each delivered message. */
async function run({ child, subscribers, count }: Bench, { inTick, rounds }: Load): Promise<number> {
  child.send({ begin: true });
  for (let round = 0; round < rounds; round += 1) {
    const delivered = subscribers.expect(inTick * count);
    child.send({ publish: inTick });
    await delivered;
  }
  child.send({ end: true });
  const [{ cpuMicros }] = (await once(child, 'message')) as [Done];
  return cpuMicros / (inTick * rounds * count);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

if (process.argv[2] === 'serve') await serve(process.argv[3] as Engine);
else {
  const count = Number(process.argv[2] ?? 1_000);
  const ours = await start('greenlight', count);
  const theirs = await start('ws', count);
  for (const load of LOADS) {
    await run(ours, load);
    await run(theirs, load);
    const pairs: { readonly ours: number; readonly theirs: number }[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1)
      pairs.push({ ours: await run(ours, load), theirs: await run(theirs, load) });
    const a = median(pairs.map((pair) => pair.ours));
    const b = median(pairs.map((pair) => pair.theirs));
    const ratio = median(pairs.map((pair) => pair.theirs / pair.ours));
    console.log(
      `${count} subscribers, ${load.inTick} in a tick: greenlight ${a.toFixed(2)} µs, ws ${b.toFixed(2)} µs of CPU a message; ${ratio.toFixed(2)} times ws`,
    );
  }
  ours.child.kill();
  theirs.child.kill();
}
