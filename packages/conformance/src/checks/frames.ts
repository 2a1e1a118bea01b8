/** Section F: frames and WebSocket. */
import { randomUUID } from 'node:crypto';
import { type Check, NotCheckable } from '../check.ts';
import type { Json } from '../speak/ask.ts';
import { clientFrame, clientHeader, OPCODES } from '../speak/frame.ts';
import type { WebSocketByHand } from '../speak/web-socket.ts';
import type { Visit } from '../visit.ts';

const GREENLIGHT = { 'Sec-WebSocket-Protocol': 'greenlight.v1' };
/** More than anybody takes in one message. */
const A_TERABYTE = 2 ** 40;

/** The last push, and how the connection ended. */
async function ending(socket: WebSocketByHand): Promise<Json> {
  const frames = await socket.rest();
  const { code, reason } = await socket.ended();
  const last = frames.at(-1);
  return { push: last?.type, said: last?.code, code, reason };
}

const unauthenticated = (visit: Visit): Promise<WebSocketByHand> =>
  visit.socket('/api/v1/ws', { as: null, headers: GREENLIGHT });

export const FRAMES: readonly Check[] = [
  {
    rule: 'F1',
    name: 'binary',
    proves: 'A binary message ends the connection with `bad_request` (4400).',
    does: 'Sends one.',
    expected: { push: 'disconnect', said: 'bad_request', code: 4400 },
    async see(visit) {
      const socket = await visit.protocol();
      socket.write(clientFrame(OPCODES.binary, '{"id":1,"type":"ping"}'));
      return ending(socket);
    },
  },
  {
    rule: 'F2',
    name: 'one reply for each command',
    proves:
      'Every command gets exactly one reply with its id; what cannot be decoded gets an error and changes nothing.',
    does: 'Sends two good commands between an unknown type, broken JSON, and a command without an id.',
    expected: {
      replies: [
        { id: 1, type: 'ok' },
        { id: 2, type: 'error', code: 'unknown_frame_type' },
        { id: null, type: 'error', code: 'invalid_input' },
        { id: null, type: 'error', code: 'invalid_input' },
        { id: 3, type: 'ok' },
      ],
    },
    async see(visit) {
      const socket = await visit.protocol();
      socket.send({ id: 1, type: 'ping' });
      socket.send({ id: 2, type: 'nonsense' });
      socket.send('{"id":');
      socket.send({ type: 'ping' });
      socket.send({ id: 3, type: 'ping' });
      const replies: Json[] = [];
      while (replies.at(-1)?.id !== 3)
        replies.push(await socket.until(({ id }) => id !== undefined, 'reply'));
      // Replies may overtake each other; each is told by its id.
      return { replies: replies.toSorted((a, b) => rank(a) - rank(b)) };
    },
  },
  {
    rule: 'F3',
    name: 'welcome first',
    proves: '`welcome` is the first push of an authenticated connection.',
    does: 'Opens one, and looks at the first frame.',
    expected: { type: 'welcome', session: /./, user: /./, node: /./, build: /./, interval: true },
    async see(visit) {
      const first = await (await visit.socket('/api/v1/ws', { headers: GREENLIGHT })).next('first frame');
      return { ...first, interval: first.heartbeatMs > 0 };
    },
  },
  {
    rule: 'F4',
    name: 'how it closes',
    proves:
      'Before it closes the server says `disconnect`, then the close frame with `code attempt`, and nothing after it.',
    does: 'Has a connection closed for a binary message, and looks at every frame.',
    expected: { push: 'disconnect', code: 4400, reason: true, after: 0 },
    async see(visit) {
      const { answer, socket } = await visit.handshake('/api/v1/ws', { headers: GREENLIGHT });
      if (!socket) throw new Error(`The WebSocket was refused with ${answer.status}.`);
      await socket.ofType('welcome');
      socket.write(clientFrame(OPCODES.binary, 'x'));
      const { push, said, code, reason } = await ending(socket);
      const at = socket.frames.findIndex(({ opcode }) => opcode === OPCODES.close);
      const wanted = `${said} ${answer.headers['greenlight-attempt'] as string}`;
      return { push, code, reason: reason === wanted, after: socket.frames.length - at - 1 };
    },
  },
  {
    rule: 'F6',
    name: 'too large',
    proves: 'A message above `messageBytes` ends the connection with `too_large` (4413).',
    does: 'Announces a message of a terabyte.',
    expected: { push: 'disconnect', said: 'too_large', code: 4413 },
    async see(visit) {
      const socket = await visit.protocol();
      socket.write(Buffer.concat([clientHeader(OPCODES.text, A_TERABYTE), Buffer.alloc(4)]));
      return ending(socket);
    },
  },
  {
    rule: 'F7',
    name: 'credential in the first frame',
    proves:
      'A connection that opened without a credential sends `auth` first; what is sent behind it waits for the verdict.',
    does: 'Sends `auth` and a ping at once; then another frame first; then a bad key.',
    expected: {
      good: ['ok', 'welcome', 'ok'],
      other: { push: 'refusal', said: 'credential_missing', code: 4401 },
      bad: { push: 'refusal', said: /^(?:api_key_unknown|credential_invalid)$/, code: 4401 },
    },
    async see(visit) {
      const good = await unauthenticated(visit);
      good.send({ id: 1, type: 'auth', token: visit.key });
      good.send({ id: 2, type: 'ping' });
      const seen = [await good.next(), await good.next(), await good.next()];
      const other = await unauthenticated(visit);
      other.send({ id: 1, type: 'ping' });
      const bad = await unauthenticated(visit);
      bad.send({ id: 1, type: 'auth', token: 'gl_conformance_there-is-no-such-key' });
      return { good: seen.map(({ type }) => type), other: await ending(other), bad: await ending(bad) };
    },
  },
  {
    rule: 'F7',
    name: 'auth deadline',
    proves: 'No `auth` in time ends with the refusal `credential_missing` and 4408.',
    does: 'Opens a connection without a credential and says nothing.',
    expected: { push: 'refusal', said: 'credential_missing', code: 4408 },
    see: async (visit) => ending(await unauthenticated(visit)),
  },
  {
    rule: 'F8',
    name: 'expiry',
    proves: 'When its credential expires, a connection ends with `credential_rejected` (4401).',
    does: 'Opens one with a key for 5 s.',
    expected: { push: 'disconnect', said: 'credential_rejected', code: 4401 },
    async see(visit) {
      const { key } = await visit.newKey({ lastsMs: 5_000 });
      return ending(await visit.protocol({ as: key }));
    },
  },
  {
    rule: 'F9',
    name: 'no sign of life',
    proves: 'A peer that gives no sign of life for two heartbeats is cut.',
    does: 'Answers no ping, and waits four heartbeats.',
    expected: { cut: true },
    async see(visit) {
      const socket = await visit.socket('/api/v1/ws', { silent: true });
      const { heartbeatMs } = await socket.ofType('welcome');
      if (heartbeatMs > 20_000) throw new NotCheckable('Its heartbeats are too far apart to wait for four.');
      await socket.ended(heartbeatMs * 4);
      return { cut: true };
    },
  },
  {
    rule: 'F10',
    name: 'plain channel',
    proves: '`/ws/{channel}` begins with `connection_established`; what follows are event frames.',
    does: "Opens a channel's plain socket, and publishes to it.",
    expected: {
      first: { type: 'connection_established', position: /:0$/ },
      sameChannel: true,
      second: { type: 'event', offset: 1, event: { data: 'x' } },
    },
    async see(visit) {
      const channel = visit.channel();
      const socket = await visit.socket(`/ws/${channel}`);
      const first = await socket.next('first frame');
      await visit.publish(channel, 'x');
      return { first, sameChannel: first.channel === channel, second: await socket.next('event') };
    },
  },
  {
    rule: 'F11',
    name: 'plain commands',
    proves: '`/ws/{channel}` answers `ping`, and anything else with an error; the connection stays open.',
    does: 'Sends a ping, something unknown, and no JSON.',
    expected: [
      { type: 'pong' },
      { type: 'error', code: 'unknown_frame_type' },
      { type: 'error', code: 'invalid_input' },
      { type: 'pong' },
    ],
    async see(visit) {
      const socket = await visit.socket(`/ws/${visit.channel()}`);
      await socket.ofType('connection_established');
      const answer = async (message: unknown): Promise<Json> => {
        socket.send(message);
        return socket.next('answer');
      };
      return [
        await answer({ type: 'ping' }),
        await answer({ type: 'nonsense' }),
        await answer('no JSON'),
        await answer({ type: 'ping' }),
      ];
    },
  },
  {
    rule: 'F12',
    name: 'echo',
    proves:
      '`/ws/test` says `Hello from test WebSocket!`, then sends back every message, also those right before a close.',
    does: 'Sends three messages and a close in one go.',
    expected: { heard: ['Hello from test WebSocket!', 'one', 'zwei 🟢', 'three'], code: 1000 },
    async see(visit) {
      const socket = await visit.socket('/ws/test');
      const hello = await socket.next('greeting');
      const messages = ['one', 'zwei 🟢', 'three'].map((text) => clientFrame(OPCODES.text, text));
      socket.write(Buffer.concat([...messages, clientFrame(OPCODES.close, Buffer.of(3, 232))]));
      return { heard: [hello, ...(await socket.rest())], code: (await socket.ended()).code };
    },
  },
  {
    rule: 'F13',
    name: 'permission at subscribe',
    proves: 'Permission to read a channel is asked when it is subscribed.',
    does: 'Subscribes to `$SYS:handshakes` as a viewer.',
    expected: { outcome: 'denied', code: 'channel_forbidden' },
    async see(visit) {
      const { key } = await visit.newKey();
      const socket = await visit.protocol({ as: key });
      const { channels } = await socket.reply({ type: 'subscribe', channels: { '$SYS:handshakes': null } });
      return channels?.['$SYS:handshakes'];
    },
  },
  {
    rule: 'F15',
    name: 'publish',
    proves:
      'A publish is acknowledged with position and durability; a repeat of its key gets the first answer.',
    does: 'Publishes, repeats it, and repeats the key with other events.',
    expected: {
      first: { type: 'ok', offset: 2, durability: /^(?:disk|memory)$/ },
      again: { type: 'ok', offset: 2, duplicate: true },
      other: { type: 'error', code: 'idempotency_key_reused' },
    },
    async see(visit) {
      const socket = await visit.protocol();
      const command = { type: 'publish', channel: visit.channel(), idempotencyKey: randomUUID() };
      const events = [{ type: 'conformance.test' }, { type: 'conformance.test' }];
      return {
        first: await socket.reply({ ...command, events }),
        again: await socket.reply({ ...command, events }),
        other: await socket.reply({ ...command, event: { type: 'conformance.other' } }),
      };
    },
  },
  {
    rule: 'F16',
    name: 'frames of the server',
    proves: 'Server frames are final and unmasked, with the shortest length encoding.',
    does: 'Has messages of 1 to 70,000 bytes sent back, and looks at the header of each.',
    expected: { sizes: [1, 125, 126, 127, 65_535, 65_536, 70_000], wrong: [] },
    async see(visit) {
      const socket = await visit.socket('/ws/test');
      await socket.next('greeting');
      const sizes = [1, 125, 126, 127, 65_535, 65_536, 70_000];
      const seen: number[] = [];
      for (const size of sizes) {
        socket.send('x'.repeat(size));
        seen.push(((await socket.next('echo')) as string).length);
      }
      const wrong = socket.frames.filter(
        ({ final, masked, reserved, shortest }) => !final || masked || reserved !== 0 || !shortest,
      );
      return {
        sizes: seen,
        wrong: wrong.map(({ payload, ...header }) => ({ ...header, length: payload.length })),
      };
    },
  },
];

/** As they were sent: those without an id stand between 2 and 3. */
const rank = ({ id }: Json): number => (id === null ? 2.5 : Number(id));
