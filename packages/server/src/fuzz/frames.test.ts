/** Whatever is sent as a frame: answered or closed with the right code, and nobody else notices. */
import { connect } from 'node:net';
import { REQUEST_ERROR_CODES, REFUSAL_CODES } from '@greenlight/protocol/codes';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyFrame, TestSocket } from '../testing/clients.ts';
import { handshakeBytes } from '../testing/handshake-server.ts';
import { openStage, type Stage } from '../testing/stage.ts';
import { SEED, stillStands, staysFlat } from './testing/hold.ts';

const RUNS = 400;
const PATIENT = { timeout: 30_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    limits: { commandsPerSecond: 1e6, commandsPerSecondPerKey: 1e6, commandsPerSecondPerUser: 1e6 },
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

const TYPES = [
  'auth',
  'subscribe',
  'unsubscribe',
  'publish',
  'start',
  'control',
  'ping',
  'welcome',
  '__proto__',
];
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'channels',
  'event',
  'events',
  'workflow',
  'action',
  'kind',
  'input',
  'token',
];
const POSITIONS = [
  'earliest',
  'e:0',
  'e:-1',
  'e:1e9',
  ':',
  'e:9007199254740993',
  'e:0x10',
  '',
  'a=e:1,b=e:2',
  '\0',
];
const CHANNELS = [
  'orders',
  '$SYS:handshakes',
  '$SYS:',
  'workflow:wf_1',
  'user:bob',
  'a,b',
  '',
  '__proto__',
  'x'.repeat(201),
  '\u{1f600}',
  '..',
];

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      'null',
      'true',
      '1e400',
      '-0',
      '-1e999',
      '9007199254740993',
      '0.1e-400',
      '"\\ud800"',
      '"\\u0000"',
      '[]',
      '{}',
    ),
    fc.integer().map(String),
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)),
    fc.array(tie('value') as fc.Arbitrary<string>, { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc
      .array(
        fc.tuple(
          fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 })),
          tie('value') as fc.Arbitrary<string>,
        ),
        { maxLength: 4 },
      )
      .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`),
  ),
})).value;

const text = (value: unknown): string => JSON.stringify(value);
const id = fc.oneof(
  fc.constantFrom('1', '"a"', '-1', '1.5', '1e400', 'null', '{}', text('x'.repeat(5_000))),
  json,
);
const positions = fc
  .dictionary(fc.constantFrom(...CHANNELS), fc.oneof(fc.constantFrom(...POSITIONS).map(text), json), {
    maxKeys: 4,
    noNullPrototype: false,
  })
  .map(
    (entries) =>
      `{${Object.entries(entries)
        .map(([channel, since]) => `${text(channel)}:${since}`)
        .join()}}`,
  );
const field = fc.oneof(positions, json, fc.constantFrom(...CHANNELS).map(text));
/** An object that looks like a command, with the wrong things in the right places. */
const command = fc
  .tuple(
    id,
    fc.oneof(fc.constantFrom(...TYPES).map(text), json),
    fc.array(fc.tuple(fc.constantFrom(...KEYS, 'channel'), field), { maxLength: 4 }),
  )
  .map(
    ([id, type, fields]) =>
      `{"id":${id},"type":${type}${fields.map(([key, value]) => `,${text(key)}:${value}`).join('')}}`,
  );
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"type":"ping","id":'), fc.integer({ min: 1, max: 10_000 }))
  .map(([open, times]) => open.repeat(times));
const frame = fc.oneof(
  { weight: 6, arbitrary: command },
  { weight: 2, arbitrary: json },
  fc.string({ unit: 'binary' }),
  deep,
);

const CODES: readonly string[] = [
  ...REQUEST_ERROR_CODES,
  ...REFUSAL_CODES.filter((code) => code !== 'internal_error'),
];

/** A masked frame; the mask is all zeros. */
function masked(first: number, payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = long
    ? Buffer.of(first, 0x80 | 126, payload.length >> 8, payload.length & 255)
    : Buffer.of(first, 0x80 | payload.length);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

describe(`frames, seed ${SEED}`, () => {
  it('[F2] each gets one reply, and the connection goes on', PATIENT, async () => {
    await staysFlat(stage, { cases: RUNS, kilobytesPerCase: 20 }, async () => {
      using socket = new TestSocket(stage, '/ws');
      await socket.opened;
      let n = 0;
      await fc.assert(
        fc.asyncProperty(frame, async (sent) => {
          n += 1;
          const fence = 1e9 + n;
          socket.websocket.send(sent);
          socket.websocket.send(text({ id: fence, type: 'ping' }));
          const heard: AnyFrame[] = [];
          await socket.until((each) => {
            heard.push(each);
            return each['id'] === fence;
          });
          // Some commands are answered after the ping that follows them; what is owed comes with a later case.
          for (const { type, code } of heard.filter(({ type }) => type === 'error'))
            expect(CODES, text({ type, code, sent })).toContain(code);
          expect(heard.filter(({ type }) => type === 'disconnect')).toEqual([]);
        }),
        { seed: SEED, numRuns: RUNS },
      );
      const replies = (): number => socket.texts.filter((each) => /"type":"(?:ok|error)"/.test(each)).length;
      while (replies() < 2 * n) await socket.next();
      expect(replies()).toBe(2 * n);
    });
    await stillStands(stage, stage.credential);
  });

  it('[F7] before `auth` each is the refusal and 4401, never more', PATIENT, async () => {
    await fc.assert(
      fc.asyncProperty(frame, async (sent) => {
        using socket = new TestSocket(stage, '/ws', null);
        await socket.opened;
        await socket.send(sent);
        const refusal = await socket.next();
        const { code } = await socket.closed;
        if (Buffer.byteLength(sent) > stage.services.limits.unauthenticatedBytes) return;
        expect(refusal).toMatchObject({ type: 'refusal', status: 401 });
        expect(code).toBe(4401);
      }),
      { seed: SEED, numRuns: 60 },
    );
    await stillStands(stage, stage.credential);
  });

  it('[F1, F6] bytes that are no frame close the connection, whatever they are', PATIENT, async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map((array) => Buffer.from(array)),
      // Well framed, of each kind, with anything as payload: invalid UTF-8, close codes that do not exist, large pings.
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }))
        .map(([first, payload]) => masked(first, Buffer.from(payload))),
    );
    await staysFlat(stage, { cases: 150, kilobytesPerCase: 30 }, () =>
      fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 4 }), async (sent) => {
          const socket = connect(stage.port, '127.0.0.1');
          socket.on('error', () => {});
          const closed = new Promise((resolve) => socket.once('close', resolve));
          socket.write(
            handshakeBytes({ path: '/ws', headers: { Authorization: `Bearer ${stage.credential}` } }),
          );
          for (const each of sent) socket.write(each);
          socket.end();
          let answer = '';
          for await (const chunk of socket) answer += (chunk as Buffer).toString('latin1');
          await closed;
          expect(answer).toMatch(/^HTTP\/1\.1 101 /);
          expect(answer).not.toContain('internal');
        }),
        { seed: SEED, numRuns: 150 },
      ),
    );
    await stillStands(stage, stage.credential);
  });
});
