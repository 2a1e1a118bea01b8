/** Many clients in one process: each with a token, an address and a position of its own, which comes back as PROTOCOL.md says. */
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

export type CrowdOptions = {
  readonly url: string;
  /** Of HS256. */
  readonly secret: string;
  readonly connections: number;
  /** Member n reads `storm:<n % channels>`. */
  readonly channels: number;
};

/** Everybody is live and has got to the goal. */
export type Report = {
  readonly seconds: number;
  readonly turnedAway: number;
  readonly mostInASecond: number;
  /** Events since the storm began. */
  readonly received: number;
};

export type Order = {
  /** Offset up to which everybody has to get. */
  readonly goal: number;
  /** Whether everybody's connection just broke. */
  readonly storm: boolean;
};

const options = JSON.parse(process.argv[2] ?? '') as CrowdOptions;
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** How long a client waits at most that was told nothing, ms; up to half of it is taken off by chance. */
const BACK_OFF_MS = 500;

function tokenOf(user: string): string {
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: user, exp })}`;
  return `${signed}.${createHmac('sha256', options.secret).update(signed).digest('base64url')}`;
}

/** What the whole crowd went through since the storm began. */
class Tally {
  readonly began = performance.now();
  turnedAway = 0;
  received = 0;
  /** Offset up to which everybody has to get. */
  readonly #goal: number;
  readonly #letIn = new Map<number, number>();
  readonly #live = new Set<Member>();

  constructor(goal: number) {
    this.#goal = goal;
  }

  letIn(): void {
    const second = Math.floor((performance.now() - this.began) / 1_000);
    this.#letIn.set(second, (this.#letIn.get(second) ?? 0) + 1);
  }

  at(member: Member, offset: number): void {
    if (offset < this.#goal || this.#live.has(member)) return;
    this.#live.add(member);
    if (this.#live.size < options.connections) return;
    process.send?.({
      seconds: (performance.now() - this.began) / 1_000,
      turnedAway: this.turnedAway,
      mostInASecond: Math.max(...this.#letIn.values()),
      received: this.received,
    } satisfies Report);
  }
}

let tally = new Tally(0);
let storming = false;

class Member {
  readonly #channel: string;
  readonly #headers: Readonly<Record<string, string>>;
  #position: string | null = null;
  #websocket: WebSocket | null = null;
  #isLive = false;
  readonly #firstLive = Promise.withResolvers<void>();

  constructor(n: number) {
    this.#channel = `storm:${n % options.channels}`;
    this.#headers = {
      authorization: `Bearer ${tokenOf(`member-${n}`)}`,
      'x-forwarded-for': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
    };
  }

  /** Resolves when it is live for the first time. */
  get live(): Promise<void> {
    return this.#firstLive.promise;
  }

  connect(): void {
    const websocket = new WebSocket(`${options.url.replace('http', 'ws')}/ws`, ['greenlight.v1'], {
      headers: this.#headers,
      perMessageDeflate: false,
    });
    this.#websocket = websocket;
    this.#isLive = false;
    websocket.on('open', () => {
      tally.letIn();
      websocket.send(
        JSON.stringify({ id: 1, type: 'subscribe', channels: { [this.#channel]: this.#position } }),
      );
    });
    websocket.on('message', (data) => this.#received(JSON.parse((data as Buffer).toString())));
    websocket.on('unexpected-response', (_request, response) => void this.#refused(response));
    websocket.on('error', () => {});
    websocket.on('close', () => {
      if (storming && this.#websocket === websocket) this.comeBack();
    });
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const { code, retryAfterMs } = JSON.parse(await text(response)) as {
      code: string;
      retryAfterMs?: number;
    };
    this.#websocket = null;
    // It asked too slowly: the machine is too small for both.
    if (code === 'malformed_request') return this.comeBack();
    if (code !== 'rate_limited' || response.headers['retry-after'] === undefined)
      throw new Error(`A member was refused with ${code}.`);
    tally.turnedAway += 1;
    this.#later(retryAfterMs ?? BACK_OFF_MS);
  }

  /** As a client does whose connection broke. */
  comeBack(): void {
    this.#later(BACK_OFF_MS * (0.5 + Math.random() / 2));
  }

  #later(ms: number): void {
    setTimeout(() => this.connect(), ms);
  }

  #received(frame: {
    type: string;
    epoch?: string;
    offset?: number;
    channels?: Record<string, { outcome: string; position: string }>;
  }): void {
    const { type, epoch = '', offset = 0, channels } = frame;
    if (channels) {
      const answer = channels[this.#channel];
      const expected = this.#position === null ? 'continued' : /^(?:continued|replayed)$/;
      if (!answer?.outcome.match(expected)) throw new Error(`${this.#channel} was ${answer?.outcome}.`);
      this.#position = answer.position;
    }
    if (type === 'event') {
      const due = Number(this.#position?.split(':')[1]) + 1;
      if (offset !== due) throw new Error(`${this.#channel} gave ${offset} where ${due} was due.`);
      this.#position = `${epoch}:${offset}`;
      tally.received += 1;
    }
    if (type === 'heartbeat') {
      this.#isLive = true;
      this.#firstLive.resolve();
    }
    this.look();
  }

  look(): void {
    if (this.#isLive) tally.at(this, Number(this.#position?.split(':')[1]));
  }
}

const members = Array.from({ length: options.connections }, (_, n) => new Member(n));

process.on('message', ({ goal, storm }: Order) => {
  tally = new Tally(goal);
  storming ||= storm;
  for (const member of members) {
    if (storm) member.comeBack();
    else member.look();
  }
});

// Without haste at first: what is measured is how they come back.
for (const member of members) {
  member.connect();
  await member.live;
}
