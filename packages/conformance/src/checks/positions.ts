/** Section P: positions and recovery. */
import type { Check } from '../check.ts';
import type { Json } from '../speak/ask.ts';
import type { Visit } from '../visit.ts';

const offsets = (frames: readonly Json[]): number[] => frames.map(({ offset }) => offset);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

/** Subscribes to one channel and gives its outcome. */
async function outcomeOf(visit: Visit, channel: string, since: string | null): Promise<Json> {
  const socket = await visit.protocol();
  const { channels } = await socket.reply({ type: 'subscribe', channels: { [channel]: since } });
  return channels?.[channel];
}

export const POSITIONS: readonly Check[] = [
  {
    rule: 'P1',
    name: 'first offset',
    proves: 'A position is `epoch:offset`, the first offset is 1, and `epoch:0` means nothing yet.',
    does: 'Asks for the head of a new channel, publishes one event, asks again.',
    expected: { before: /^[\w-]{1,64}:0$/, offset: 1, after: /^[\w-]{1,64}:1$/ },
    async see(visit) {
      const channel = visit.channel();
      const before = await visit.poll(`channels=${channel}`);
      const { offset } = await visit.publish(channel, 'a');
      const after = await visit.poll(`channels=${channel}`);
      return { before: before.position, offset, after: after.position };
    },
  },
  {
    rule: 'P2',
    name: 'one position everywhere',
    proves: 'The same positions count on every transport: a client may change it at any event.',
    does: 'Reads three events, each on another transport, each from the position that the one before gave.',
    expected: { webSocket: 2, sse: 3, poll: 4, history: 5 },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, 1, 2, 3, 4, 5);
      const socket = await visit.protocol();
      await socket.reply({ type: 'subscribe', channels: { [channel]: `${epoch}:1` } });
      const second = await socket.ofType('event');
      const stream = await visit.sse(`/api/v1/sse?channels=${channel}&since=${epoch}:${second.offset}`);
      const [third] = await stream.events(1);
      const poll = await visit.poll(`channels=${channel}&since=${third?.id}&wait=5`);
      const [fourth] = poll.events;
      const history = await visit.history(channel, `&since=${epoch}:${fourth?.offset}`);
      return {
        webSocket: second.offset,
        sse: third?.data.offset,
        poll: fourth?.offset,
        history: history.events[0]?.offset,
      };
    },
  },
  {
    rule: 'P3',
    name: 'where delivery begins',
    proves: 'An outcome carries the position just before the first event that follows.',
    does: 'Subscribes with `earliest` and from the middle, and holds the positions against the first events.',
    expected: { fromStart: [/:0$/, 1], fromMiddle: [/:3$/, 4] },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, 1, 2, 3, 4, 5);
      const pair = async (since: string): Promise<unknown[]> => {
        const socket = await visit.protocol();
        const { channels } = await socket.reply({ type: 'subscribe', channels: { [channel]: since } });
        const { offset } = await socket.ofType('event');
        return [channels[channel].position, offset];
      };
      return { fromStart: await pair('earliest'), fromMiddle: await pair(`${epoch}:3`) };
    },
  },
  {
    rule: 'P4',
    name: 'each event once, in order',
    proves:
      'A subscriber gets every retained event that is newer than its position, once, in order, none that it had.',
    does: 'Subscribes after the fifth of 20 events, then publishes five more.',
    expected: { offsets: upTo(25).slice(5), epochs: 1, data: upTo(25).slice(5) },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, ...upTo(20));
      const socket = await visit.protocol();
      await socket.reply({ type: 'subscribe', channels: { [channel]: `${epoch}:5` } });
      for (const data of [21, 22, 23, 24, 25]) await visit.publish(channel, data);
      const events = await socket.events(20);
      return {
        offsets: offsets(events),
        epochs: new Set(events.map((event) => event.epoch)).size,
        data: events.map(({ event }) => event.data),
      };
    },
  },
  {
    rule: 'P5',
    name: 'continued',
    proves: 'With nothing newer, and with an absent position, the outcome is `continued` at the head.',
    does: 'Subscribes at the head, and with null.',
    expected: {
      atHead: { outcome: 'continued', position: /:2$/ },
      absent: { outcome: 'continued', position: /:2$/ },
    },
    async see(visit) {
      const channel = visit.channel();
      const { position } = await visit.publish(channel, 1, 2);
      return {
        atHead: await outcomeOf(visit, channel, position),
        absent: await outcomeOf(visit, channel, null),
      };
    },
  },
  {
    rule: 'P5',
    name: 'replayed',
    proves: 'With newer events that are all retained the outcome is `replayed` with their count.',
    does: 'Subscribes three events behind the head, and with `earliest`.',
    expected: {
      behind: { outcome: 'replayed', count: 3, position: /:2$/ },
      earliest: { outcome: 'replayed', count: 5, position: /:0$/ },
    },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, 1, 2, 3, 4, 5);
      return {
        behind: await outcomeOf(visit, channel, `${epoch}:2`),
        earliest: await outcomeOf(visit, channel, 'earliest'),
      };
    },
  },
  {
    rule: 'P5',
    name: 'reset',
    proves:
      'A position that cannot be honoured is told as `reset` with the reason; delivery begins with the earliest event.',
    does: 'Subscribes with a position of another epoch, and with one ahead of the log.',
    expected: {
      otherEpoch: { outcome: 'reset', reason: 'epoch_changed', position: /:0$/, first: 1 },
      ahead: { outcome: 'reset', reason: 'ahead_of_log', position: /:0$/, first: 1 },
    },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, 1, 2);
      const reset = async (since: string): Promise<Json> => {
        const socket = await visit.protocol();
        const { channels } = await socket.reply({ type: 'subscribe', channels: { [channel]: since } });
        return { ...channels[channel], first: (await socket.ofType('event')).offset };
      };
      return { otherEpoch: await reset('another0:1'), ahead: await reset(`${epoch}:9`) };
    },
  },
  {
    rule: 'P5',
    name: 'denied',
    proves: 'A channel that the credential may not read is `denied`, and the others of the command are not.',
    does: 'Subscribes with a key for one channel to that one and to another.',
    expected: { own: { outcome: 'continued' }, other: { outcome: 'denied', code: 'channel_forbidden' } },
    async see(visit) {
      const [own, other] = [visit.channel(), visit.channel()];
      const { key } = await visit.newKey({ channels: [own] });
      const socket = await visit.protocol({ as: key });
      const { channels } = await socket.reply({
        type: 'subscribe',
        channels: { [own]: null, [other]: null },
      });
      return { own: channels[own], other: channels[other] };
    },
  },
  {
    rule: 'P6',
    name: 'only the next offset',
    proves: 'A publication is delivered only if its offset is the next one of the subscription.',
    does: 'Publishes 40 events at once, ten at a time, to a channel that is being read.',
    expected: upTo(40),
    async see(visit) {
      const channel = visit.channel();
      const socket = await visit.protocol();
      await socket.reply({ type: 'subscribe', channels: { [channel]: null } });
      for (let round = 0; round < 4; round += 1)
        await Promise.all(upTo(10).map((data) => visit.publish(channel, data)));
      return offsets(await socket.events(40));
    },
  },
  {
    rule: 'P8',
    name: 'heads only of what was queued',
    proves: 'A heartbeat tells the head of a channel only when every event up to it was queued before.',
    does: 'Reads 300 events from the first on, until a heartbeat names the channel.',
    expected: { toldTooEarly: false, delivered: 300, head: /:300$/ },
    async see(visit) {
      const channel = visit.channel();
      await visit.publish(channel, ...upTo(300));
      const socket = await visit.protocol();
      await socket.reply({ type: 'subscribe', channels: { [channel]: 'earliest' } });
      let [delivered, head, toldTooEarly] = [0, '', false];
      while (head === '') {
        const frame = await socket.next('heartbeat that names the channel');
        if (frame.type === 'event') delivered = frame.offset;
        if (frame.type !== 'heartbeat') continue;
        head = frame.heads[channel] ?? '';
        toldTooEarly ||= head !== '' && Number(head.split(':')[1]) > delivered;
      }
      return { toldTooEarly, delivered, head };
    },
  },
  {
    rule: 'P10',
    name: 'reply before events',
    proves: 'The subscribe reply comes before the first event of its channels.',
    does: 'Subscribes with `earliest` and looks at the first two frames.',
    expected: ['ok', 'event'],
    async see(visit) {
      const channel = visit.channel();
      await visit.publish(channel, 1);
      const socket = await visit.protocol();
      socket.send({ id: 1, type: 'subscribe', channels: { [channel]: 'earliest' } });
      const first = await socket.until(({ type }) => type !== 'heartbeat');
      return [first.type, (await socket.until(({ type }) => type !== 'heartbeat')).type];
    },
  },
  {
    rule: 'P11',
    name: 'snapshot of a run',
    proves:
      "On `workflow:<id>` without a position, or with a lost one, a client gets the run's state as of an offset.",
    does: 'Subscribes to a run that is over: without a position, and with one of another epoch.',
    expected: {
      absent: { outcome: 'snapshot', state: 'completed', sameOffset: true },
      lost: { outcome: 'snapshot', state: 'completed', sameOffset: true },
    },
    async see(visit) {
      const { id } = await visit.startRun();
      await visit.runToEnd(id);
      const look = async (since: string | null): Promise<unknown> => {
        const channel = `workflow:${id}`;
        const socket = await visit.protocol();
        const { channels } = await socket.reply({ type: 'subscribe', channels: { [channel]: since } });
        const { state, epoch, offset } = await socket.ofType('snapshot');
        const { outcome, position } = channels[channel];
        return { outcome, state: state.state, sameOffset: position === `${epoch}:${offset}` };
      };
      return { absent: await look(null), lost: await look('another0:3') };
    },
  },
  {
    rule: 'P12',
    name: 'heartbeat at once',
    proves: 'The first subscribe is followed by a heartbeat as soon as its channels are caught up.',
    does: 'Subscribes, and waits for a heartbeat no longer than for the second of two.',
    expected: { type: 'heartbeat', namesTheChannel: true },
    async see(visit) {
      const channel = visit.channel();
      const socket = await visit.socket('/api/v1/ws', {
        headers: { 'Sec-WebSocket-Protocol': 'greenlight.v1' },
      });
      const { heartbeatMs } = await socket.ofType('welcome');
      await socket.reply({ type: 'subscribe', channels: { [channel]: null } });
      const frame = await socket.ofType('heartbeat', heartbeatMs);
      return { type: frame.type, namesTheChannel: String(frame.heads[channel]).endsWith(':0') };
    },
  },
];
