/** 50 users at once, each with a private run and a channel of their own, who ask for everything that they can name. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type GatewayProcess } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const USERS = 50;
const COMMON = ['workflows', 'validations', 'recommendations', 'orders'];
const HOW = ['websocket', 'plain', 'sse', 'long-poll'] as const;

type EventFrame = { readonly channel: string; readonly offset: number; readonly event: object };
type User = {
  readonly name: string;
  readonly how: (typeof HOW)[number];
  readonly key: string;
  /** In what belongs to this user alone: the document, the title of the run, the messages. */
  readonly secret: string;
  run: string;
};
/** Everything that one user was sent, as it came. */
type Received = { readonly user: User; readonly texts: string[]; readonly events: EventFrame[] };

let folder: string;
let gateway: GatewayProcess;
const users: User[] = [];

const auth = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
const own = ({ name, run }: User): readonly string[] => [`user:${name}`, `workflow:${run}`, `tokens:${run}`];
const mayRead = (user: User): readonly string[] => [...COMMON, ...own(user)];

async function ask(user: User | null, path: string, body?: unknown) {
  const response = await fetch(gateway.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: auth(user?.key ?? gateway.apiKey),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text };
}

async function told<T>(user: User | null, path: string, body?: unknown): Promise<T> {
  const { status, text } = await ask(user, path, body);
  if (status >= 400) throw new Error(`${path}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

const publish = (channel: string, data: object): Promise<unknown> =>
  told(null, `/api/v1/channels/${channel}/publications`, { type: 'note', data });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-isolation-'));
  // All of them come from one address here, and ask for what they may not have a thousand times.
  const config = join(folder, 'greenlight.config.json');
  await writeFile(config, JSON.stringify({ limits: { attemptsPerMinute: 100_000 } }));
  gateway = await startGateway({ cwd: folder, args: ['--config', config] });
  for (let index = 0; index < USERS; index += 1) {
    const name = `user-${index}`;
    const secret = `only${randomBytes(8).toString('hex')}`;
    const { key } = await told<{ key: string }>(null, '/api/v1/keys', { name, user: name, role: 'operator' });
    await mkdir(join(folder, secret));
    // With a trailing space and a broken link there is something to find and to recommend.
    await writeFile(
      join(folder, secret, `${secret}.md`),
      `# ${secret}  \n\n\n\n[${secret}](gone-${secret}.md)\n`,
    );
    users.push({ name, how: HOW[index % HOW.length] as User['how'], key, secret, run: '' });
  }
}, 60_000);
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Reads until the last event of each channel in `until` came. */
type Reader = (received: Received, until: ReadonlyMap<string, number>) => Promise<void>;

const isDone = ({ events }: Received, until: ReadonlyMap<string, number>): boolean =>
  [...until].every(([channel, last]) =>
    events.some((event) => event.channel === channel && event.offset >= last),
  );

function take(received: Received, text: string): void {
  received.texts.push(text);
  const frame = JSON.parse(text) as EventFrame & { readonly type: string };
  if (frame.type === 'event') received.events.push(frame);
}

/** Resolves when all is there; the socket is open until then. */
function readSocket(path: string, hello: object | null): Reader {
  return (received, until) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, hello ? ['greenlight.v1'] : [], {
        headers: auth(received.user.key),
      });
      socket.on('open', () => hello && socket.send(JSON.stringify(hello)));
      socket.on('error', reject);
      socket.on('close', (code, reason) => reject(new Error(`${path} closed: ${code} ${reason.toString()}`)));
      socket.on('message', (data: Buffer) => {
        take(received, data.toString());
        if (!isDone(received, until)) return;
        socket.terminate();
        resolve();
      });
    });
}

const readSse =
  (channels: readonly string[]): Reader =>
  async (received, until) => {
    const path = `/api/v1/sse?frames=all&since=earliest&channels=${channels.join(',')}`;
    const response = await fetch(gateway.url + path, { headers: auth(received.user.key) });
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (rest + Buffer.from(chunk).toString()).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const [, data = ''] of blocks.join('\n').matchAll(/^data: (.*)$/gm)) take(received, data);
      if (isDone(received, until)) return;
    }
  };

const readPolls =
  (channels: readonly string[]): Reader =>
  async (received, until) => {
    let since = 'earliest';
    while (!isDone(received, until)) {
      const { text } = await ask(
        received.user,
        `/api/v1/poll?wait=20&since=${encodeURIComponent(since)}&channels=${channels.join(',')}`,
      );
      const answer = JSON.parse(text) as { position: string; events: EventFrame[] };
      received.texts.push(text);
      received.events.push(...answer.events);
      since = answer.position;
    }
  };

/** A stream whose address names the channels is refused as a whole, so those that read that way name what they may. */
function readersOf(user: User, everything: readonly string[]): readonly Reader[] {
  const since = Object.fromEntries(everything.map((channel) => [channel, 'earliest']));
  switch (user.how) {
    case 'websocket':
      return [readSocket('/api/v1/ws', { id: 1, type: 'subscribe', channels: since })];
    case 'plain':
      return mayRead(user).map(
        (channel) => async (received: Received, until: ReadonlyMap<string, number>) => {
          const last = until.get(channel) ?? 0;
          if (last === 0) return;
          await readSocket(`/ws/${channel}?since=earliest`, null)(received, new Map([[channel, last]]));
        },
      );
    case 'sse':
      return [readSse(mayRead(user))];
    case 'long-poll':
      return [readPolls(mayRead(user))];
  }
  return user.how satisfies never;
}

/** Heads of channels, as whoever may read them is told. */
async function lastOffsets(user: User): Promise<ReadonlyMap<string, number>> {
  const heads = await Promise.all(
    mayRead(user).map(async (channel) => {
      const { head } = await told<{ head: number }>(user, `/api/v1/channels/${channel}/history?limit=1`);
      return [channel, head] as const;
    }),
  );
  return new Map(heads.filter(([, head]) => head > 0));
}

const neighbourOf = (user: User): User => users[(users.indexOf(user) + 1) % USERS] as User;
const madeUpRun = (): string =>
  `wf_${Array.from(randomBytes(20), (byte) => (byte % 36).toString(36)).join('')}`;

describe('[C30] 50 users at once', () => {
  beforeAll(async () => {
    await Promise.all(
      users.map(async (user) => {
        const { name, secret } = user;
        const started = await told<{ id: string }>(user, '/api/v1/workflows', {
          kind: 'validation',
          input: { paths: [secret] },
          title: secret,
          private: true,
        });
        user.run = started.id;
        for (const n of [1, 2, 3]) await publish(`user:${name}`, { n, secret });
        await publish('orders', { n: name });
      }),
    );
    // The last event of a private run comes on the channel of its owner, behind whatever else is told there.
    await Promise.all(
      users.map(async (user) => {
        const received: Received = { user, texts: [], events: [] };
        for (let since = 'earliest'; !received.texts.join('').includes('workflow.completed');) {
          const { text } = await ask(
            user,
            `/api/v1/poll?wait=20&channels=workflow:${user.run}&since=${since}`,
          );
          received.texts.push(text);
          since = (JSON.parse(text) as { position: string }).position;
        }
      }),
    );
  }, 120_000);

  it('each gets every event that is theirs or common, once and in order, and no other', async () => {
    const everything = [...COMMON, ...users.flatMap(own), 'user:nobody', `workflow:${madeUpRun()}`];
    const all = await Promise.all(
      users.map(async (user) => {
        const received: Received = { user, texts: [], events: [] };
        const mine = `user:${user.name}`;
        const heads = await lastOffsets(user);
        // While they read, more is published for each of them.
        const until = new Map([...heads, [mine, (heads.get(mine) ?? 0) + 3]]);
        const reading = Promise.all(readersOf(user, everything).map((read) => read(received, until)));
        for (const n of [4, 5, 6]) await publish(mine, { n, secret: user.secret });
        await reading;
        return { received, until };
      }),
    );
    for (const { received, until } of all) {
      const { user, texts, events } = received;
      for (const [channel, last] of until) {
        const offsets = events.filter((event) => event.channel === channel).map(({ offset }) => offset);
        expect(offsets.slice(0, last), `${user.name} by ${user.how}: ${channel}`).toEqual(
          Array.from({ length: last }, (_, index) => index + 1),
        );
      }
      expect(new Set(events.map(({ channel }) => channel))).toEqual(new Set(until.keys()));
      const sent = texts.join('\n');
      expect(sent).toContain(user.secret);
      // Ids of runs stand in the outcomes of whoever named them: what is behind them must not.
      for (const other of users)
        if (other !== user) expect(sent.includes(other.secret), `${user.name}: ${other.name}`).toBe(false);
      for (const text of texts) {
        const { heads } = JSON.parse(text) as { heads?: Record<string, string> };
        for (const channel of Object.keys(heads ?? {})) expect(mayRead(user)).toContain(channel);
      }
    }
  }, 120_000);

  it('each is told the same of what is private to others and of what is not there', async () => {
    await Promise.all(
      users.map(async (user) => {
        const other = neighbourOf(user);
        const made = { run: madeUpRun(), name: `user-${randomBytes(4).toString('hex')}` };
        const outcomes = await outcomesOf(user, [
          `workflow:${other.run}`,
          `tokens:${other.run}`,
          `user:${other.name}`,
          `workflow:${made.run}`,
          `tokens:${made.run}`,
          `user:${made.name}`,
        ]);
        const [run, tokens, channel, madeRun, madeTokens, madeChannel] = outcomes;
        expect([run, tokens, channel].map((each) => nameless(each, other))).toEqual(
          [madeRun, madeTokens, madeChannel].map((each) => nameless(each, made)),
        );
        expect(run).toMatchObject({ outcome: 'denied', code: 'channel_not_found' });
        expect(channel).toMatchObject({ outcome: 'denied', code: 'channel_forbidden' });

        for (const [path, body] of ADDRESSES) {
          const seen = await ask(user, path(other), body?.(other));
          const wanted = await ask(user, path(made), body?.(made));
          expect(seen.status, path(other)).toBeGreaterThanOrEqual(400);
          expect([seen.status, comparable(seen.text, other)], path(other)).toEqual([
            wanted.status,
            comparable(wanted.text, made),
          ]);
        }
      }),
    );
  }, 120_000);

  it('each finds only their own in lists, with nothing of others between the pages', async () => {
    const texts = await Promise.all(
      users.map(async (user) => {
        const lists = [
          '/api/v1/workflows?limit=500',
          '/api/v1/workflows?limit=1',
          `/api/v1/workflows?owner=${neighbourOf(user).name}`,
          '/api/v1/validations?limit=1000',
          `/api/v1/validations?workflow=${neighbourOf(user).run}`,
          '/api/v1/recommendations?limit=1000',
          `/api/v1/recommendations?workflow=${neighbourOf(user).run}`,
        ];
        const answers = await Promise.all(lists.map((path) => told<{ items: unknown[] }>(user, path)));
        return { user, text: JSON.stringify(answers), counts: answers.map(({ items }) => items.length) };
      }),
    );
    for (const { user, text, counts } of texts) {
      expect(counts.slice(0, 5), user.name).toEqual([1, 1, 0, 1, 0]);
      expect(text).toContain(user.secret);
      for (const other of users) {
        if (other === user) continue;
        expect(text.includes(other.secret), `${user.name}: ${other.name}`).toBe(false);
        expect(text.includes(other.run), `${user.name}: ${other.run}`).toBe(false);
      }
    }
  }, 60_000);

  it('each cannot reach the validations and recommendations of others by their ids', async () => {
    await Promise.all(
      users.map(async (user) => {
        const other = neighbourOf(user);
        for (const list of ['validations', 'recommendations']) {
          const { items } = await told<{ items: { id: string }[] }>(other, `/api/v1/${list}`);
          for (const { id } of items) {
            const seen = await ask(user, `/api/v1/${list}/${id}`);
            const made = id.replace(/.{8}$/, '00000000');
            const wanted = await ask(user, `/api/v1/${list}/${made}`);
            expect(seen.status).toBe(404);
            expect(seen.text).not.toContain(other.secret);
            expect(comparable(seen.text, { run: id, name: '-' })).toEqual(
              comparable(wanted.text, { run: made, name: '-' }),
            );
          }
        }
      }),
    );
  }, 60_000);
});

type Named = { readonly run: string; readonly name: string };
const ADDRESSES: readonly (readonly [(of: Named) => string, ((of: Named) => object)?])[] = [
  [({ run }) => `/api/v1/workflows/${run}`],
  [({ run }) => `/api/v1/workflows/${run}/events`],
  [({ run }) => `/api/v1/workflows/${run}/report`],
  [({ run }) => `/api/v1/workflows/${run}/stream`],
  [({ run }) => `/api/v1/workflows/${run}/cancel`, () => ({})],
  [() => '/api/v1/commands', ({ run }) => ({ id: 1, type: 'control', workflow: run, action: 'pause' })],
  [({ run }) => `/api/v1/channels/workflow:${run}/history`],
  [({ name }) => `/api/v1/channels/user:${name}/history`],
  [({ run }) => `/api/v1/sse?channels=orders,workflow:${run}`],
  [({ name }) => `/api/v1/sse?channels=orders,user:${name}`],
  [({ run }) => `/api/v1/poll?channels=tokens:${run}&since=earliest`],
  [({ name }) => `/api/v1/poll?channels=user:${name}`],
  [({ run }) => `/ws/${run}`],
  [({ run }) => `/ws/workflow:${run}`],
];

const nameless = (outcome: unknown, { run, name }: Named): string =>
  JSON.stringify(outcome).replaceAll(run, 'ID').replaceAll(name, 'NAME');

/** The answer without what differs between any two requests. */
function comparable(text: string, { run, name }: Named): unknown {
  const { attempt: _attempt, ...problem } = JSON.parse(
    text.replaceAll(run, 'ID').replaceAll(name, 'NAME'),
  ) as Record<string, unknown>;
  return problem;
}

/** What a subscription to these channels comes to, in their order. */
async function outcomesOf(user: User, channels: readonly string[]): Promise<readonly unknown[]> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/ws`, 'greenlight.v1', {
    headers: auth(user.key),
  });
  const wanted = Object.fromEntries(channels.map((channel) => [channel, null]));
  socket.on('open', () => socket.send(JSON.stringify({ id: 1, type: 'subscribe', channels: wanted })));
  return new Promise((resolve, reject) => {
    socket.on('close', () => reject(new Error('closed')));
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { id?: number; channels?: Record<string, unknown> };
      if (frame.id !== 1) return;
      socket.terminate();
      resolve(channels.map((channel) => frame.channels?.[channel]));
    });
  });
}
