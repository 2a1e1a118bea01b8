/** A check that cannot fail proves nothing: each of these servers breaks one rule, and the check named for it sees it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess } from '@greenlight/testkit/start-gateway';
import { SECTIONS } from './catalogue.ts';
import { titleOf } from './check.ts';
import { type Result, runCheck } from './run-checks.ts';
import type { Json } from './speak/ask.ts';
import { OPCODES } from './speak/frame.ts';
import { conformingGateway } from './testing/gateway.ts';
import { type Deviation, manInTheMiddle } from './testing/man-in-the-middle.ts';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await conformingGateway();
}, 60_000);
afterAll(() => gateway[Symbol.asyncDispose]());

const checks = SECTIONS.flatMap((section) => section.checks);

async function through(title: string, deviation: Deviation): Promise<Result> {
  const check = checks.find((each) => titleOf(each) === title);
  if (!check) throw new Error(`There is no check "${title}".`);
  await using between = await manInTheMiddle(new URL(gateway.url), deviation);
  return await runCheck({ url: between.url, key: gateway.apiKey }, check, { attempts: 0, rateLimited: 0 });
}

const each =
  (change: (frame: Json) => readonly Json[]): NonNullable<Deviation['frames']> =>
  () =>
    change;
const isReplyAboutChannels = (frame: Json): boolean => frame.type === 'ok' && frame.channels !== undefined;

const DEVIATIONS: readonly (readonly [what: string, caughtBy: string, deviation: Deviation])[] = [
  [
    'drops one event',
    'P4 each event once, in order',
    {
      frames: each((frame) =>
        frame.type === 'event' && frame.offset === 9 ? [] : [frame, ...(frame.offset === 25 ? [frame] : [])],
      ),
    },
  ],
  [
    'repeats an offset',
    'P6 only the next offset',
    { frames: each((frame) => (frame.offset === 7 ? [frame, frame] : [frame])) },
  ],
  [
    'sends an event before the reply that it belongs to',
    'P10 reply before events',
    {
      frames: () => {
        let held: Json = null;
        return (frame) => {
          if (isReplyAboutChannels(frame)) return (held = frame) && [];
          if (frame.type !== 'event' || held === null) return [frame];
          const reply = held;
          held = null;
          return [frame, reply];
        };
      },
    },
  ],
  [
    'calls a gap a continuation',
    'P5 reset',
    {
      frames: each((frame) => {
        if (!isReplyAboutChannels(frame)) return [frame];
        for (const outcome of Object.values<Json>(frame.channels)) outcome.outcome = 'continued';
        return [frame];
      }),
    },
  ],
  [
    'withholds heartbeats',
    'P12 heartbeat at once',
    { frames: each((frame) => (frame.type === 'heartbeat' ? [] : [frame])) },
  ],
  [
    'tells heads before their events',
    'P8 heads only of what was queued',
    {
      frames: () => {
        let isFirst = true;
        return (frame) => {
          if (frame.type !== 'event' || !isFirst) return [frame];
          isFirst = false;
          const heads = { [frame.channel]: `${frame.epoch}:300` };
          return [{ type: 'heartbeat', at: new Date().toISOString(), heads }, frame];
        };
      },
    },
  ],
  [
    'rewrites the epoch of what it sends live',
    'L22 one encoding',
    { frames: each((frame) => [frame.type === 'event' ? { ...frame, epoch: 'rewritten' } : frame]) },
  ],
  [
    'forgets idempotency',
    'L7 idempotency',
    {
      answer: ({ json }) => {
        if (json?.duplicate) json.duplicate = false;
      },
    },
  ],
  [
    'answers 200 to a foreign origin',
    'H8 Origin',
    {
      answer(said) {
        if (said.json?.code === 'origin_not_allowed') [said.status, said.json] = [200, {}];
      },
    },
  ],
  [
    'omits WWW-Authenticate',
    'H4 headers of a status',
    { answer: ({ headers }) => void delete headers['www-authenticate'] },
  ],
  [
    'omits Retry-After',
    'H4 when to come back',
    { answer: ({ headers }) => void delete headers['retry-after'] },
  ],
  [
    'echoes the entry with the credential',
    'H9 subprotocol',
    {
      opening: (head, offered) =>
        head.replace(
          /^(Sec-WebSocket-Protocol: ).*$/im,
          (_line, name: string) => name + (offered.split(/,\s*/)[0] ?? ''),
        ),
    },
  ],
  [
    'names another attempt in the header',
    'H11 the client names the attempt',
    {
      answer: ({ json }) => {
        if (json?.attempt) json.attempt = 'A'.repeat(22);
      },
    },
  ],
  [
    'repeats the credential in its answer',
    'H16 no credential comes back',
    {
      answer({ path, json }) {
        if (json?.code) json.detail += ` You asked for ${path}.`;
      },
    },
  ],
  [
    'takes a ticket twice',
    'C7 a ticket counts once',
    {
      answer(said) {
        if (/ticket=/.test(said.path)) said.status = 200;
      },
    },
  ],
  [
    'gives another verdict in the auth frame',
    'C4 one verdict everywhere',
    {
      frames: each((frame) => [frame.type === 'refusal' ? { ...frame, code: 'credential_missing' } : frame]),
    },
  ],
  [
    'changes a close code',
    'F1 binary',
    {
      bytes: (frame, asItWas) =>
        frame.opcode === OPCODES.close ? Buffer.of(0x88, 2, 1008 >> 8, 1008 & 0xff) : asItWas,
    },
  ],
  [
    'goes on after the close frame',
    'F4 how it closes',
    {
      bytes: (frame, asItWas) =>
        frame.opcode === OPCODES.close ? Buffer.concat([asItWas, Buffer.of(0x81, 2, 0x7b, 0x7d)]) : asItWas,
    },
  ],
  [
    'answers a command twice',
    'F2 one reply for each command',
    { frames: each((frame) => (frame.id === 1 ? [frame, frame] : [frame])) },
  ],
  [
    'beats before it welcomes',
    'F3 welcome first',
    {
      frames: each((frame) =>
        frame.type === 'welcome' ? [{ type: 'heartbeat', heads: {} }, frame] : [frame],
      ),
    },
  ],
  [
    'writes lengths longer than they need to be',
    'F16 frames of the server',
    {
      bytes: ({ opcode, payload }, asItWas) =>
        payload.length < 126
          ? Buffer.concat([Buffer.of(0x80 | opcode, 126, 0, payload.length), payload])
          : asItWas,
    },
  ],
  [
    'names its events on the stream',
    'S2 ids of events',
    { block: (block) => (block.includes('"type":"event"') ? `event: e\n${block}` : block) },
  ],
  [
    'sends heartbeats as data',
    'S5 heartbeats are comments',
    { block: (block) => (block.startsWith(':') ? 'data: {"type":"heartbeat"}' : block) },
  ],
  [
    'loses the first event of an answer',
    'W4 a chain of answers',
    {
      answer: ({ json }) => {
        if (json?.events?.[0]?.offset === 1) json.events.shift();
      },
    },
  ],
  [
    'lets a preflight from elsewhere through',
    'R4 pages of other origins',
    {
      answer(said) {
        if (said.method === 'OPTIONS')
          [said.status, said.headers['access-control-allow-origin']] = [204, '*'];
      },
    },
  ],
  [
    'answers errors as plain JSON',
    'R1 attempts and problems',
    {
      answer: ({ status, headers }) => {
        if (status === 404) headers['content-type'] = 'application/json';
      },
    },
  ],
];

describe('a server that', () => {
  it.each(DEVIATIONS)(
    '%s is caught by %s',
    async (_what, title, deviation) => {
      const { outcome, seen } = await through(title, {});
      expect({ outcome, seen }).toEqual({ outcome: 'pass', seen });
      expect(await through(title, deviation)).toMatchObject({ outcome: 'fail' });
    },
    120_000,
  );
});
