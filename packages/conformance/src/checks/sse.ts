/** Section S: Server-Sent Events. */
import type { Check } from '../check.ts';

/** -1 where the list does not name the channel. */
const offsetIn = (id: string, channel: string): number =>
  Number(new RegExp(`${channel}=[\\w-]+:(\\d+)`).exec(id)?.[1] ?? -1);

export const SSE: readonly Check[] = [
  {
    rule: 'S1',
    name: 'the beginning of a stream',
    proves:
      'The stream is `text/event-stream`, not cached or transformed, and begins with `retry:` and an `id:`.',
    does: 'Opens a stream of two channels.',
    expected: {
      status: 200,
      type: /^text\/event-stream/,
      cache: /no-(?:cache|store).*no-transform|no-transform.*no-(?:cache|store)/,
      retry: /^\d+$/,
      namesBoth: true,
    },
    async see(visit) {
      const [a, b] = [visit.channel(), visit.channel()];
      const stream = await visit.sse(`/api/v1/sse?channels=${a},${b}`);
      const { retry, id = '' } = await stream.next('first block');
      const { status, headers } = stream.answer;
      return {
        status,
        type: headers['content-type'],
        cache: headers['cache-control'],
        retry,
        namesBoth: id.includes(`${a}=`) && id.includes(`${b}=`),
      };
    },
  },
  {
    rule: 'S2',
    name: 'ids of events',
    proves: 'Each event carries as `id:` the position of all channels after it, and no `event:` field.',
    does: 'Publishes to both channels of a stream in turn.',
    expected: {
      ids: [
        [1, 0],
        [1, 1],
        [2, 1],
      ],
      named: false,
    },
    async see(visit) {
      const [a, b] = [visit.channel(), visit.channel()];
      const stream = await visit.sse(`/api/v1/sse?channels=${a},${b}`);
      await stream.next('first block');
      for (const channel of [a, b, a]) await visit.publish(channel, 'x');
      const blocks = await stream.events(3);
      return {
        ids: blocks.map(({ id = '' }) => [offsetIn(id, a), offsetIn(id, b)]),
        named: blocks.some(({ event }) => event !== undefined),
      };
    },
  },
  {
    rule: 'S3',
    name: 'Last-Event-ID',
    proves: '`Last-Event-ID` beats `since`, as a header and in the query; `earliest` is taken too.',
    does: 'Opens streams of three events from different places, and looks at the first event of each.',
    expected: { since: 1, header: 3, query: 2 },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, 1, 2, 3);
      const first = async (query: string, headers = {}): Promise<number | undefined> => {
        const stream = await visit.sse(`/api/v1/sse?channels=${channel}&${query}`, { headers });
        const [block] = await stream.events(1);
        return block?.data.offset;
      };
      return {
        since: await first('since=earliest'),
        header: await first('since=earliest', { 'last-event-id': `${epoch}:2` }),
        query: await first(`since=earliest&lastEventId=${epoch}:1`),
      };
    },
  },
  {
    rule: 'S4',
    name: 'a gap is told first',
    proves:
      'The subscribe reply comes as first frame if an outcome is `reset`, and with `frames=all` always.',
    does: 'Opens a stream from another epoch, and one with `frames=all`.',
    expected: {
      reset: { outcome: 'reset', reason: 'epoch_changed' },
      all: { welcome: 'welcome', outcome: { outcome: 'continued' }, beat: 'heartbeat' },
    },
    async see(visit) {
      const channel = visit.channel();
      await visit.publish(channel, 1);
      const lost = await visit.sse(`/api/v1/sse?channels=${channel}&since=another0:1`);
      const told = await lost.until(({ data }) => data !== undefined, 'first frame');
      const all = await visit.sse(`/api/v1/sse?channels=${channel}&frames=all`);
      const frame = (type: string): Promise<{ data?: { type: string } }> =>
        all.until(({ data }) => data?.type === type, `${type} frame`);
      const welcome = await frame('welcome');
      const reply = await all.until(({ data }) => data?.channels !== undefined, 'subscribe reply');
      const beat = await frame('heartbeat');
      return {
        reset: told.data.channels?.[channel],
        all: {
          welcome: welcome.data?.type,
          outcome: reply.data.channels[channel],
          beat: beat.data?.type,
        },
      };
    },
  },
  {
    rule: 'S5',
    name: 'heartbeats are comments',
    proves: 'Without `frames=all` each heartbeat is a comment.',
    does: 'Opens a stream and waits for the first comment.',
    expected: { comment: true, data: false },
    async see(visit) {
      const stream = await visit.sse(`/api/v1/sse?channels=${visit.channel()}`);
      const block = await stream.until(({ id }) => id === undefined, 'heartbeat');
      return { comment: block.comment !== undefined, data: block.data !== undefined };
    },
  },
  {
    rule: 'S7',
    name: 'channel by channel',
    proves: 'With `frames=all` a stream tells of each channel by itself, and may begin without any.',
    does: 'Opens one with a channel that is allowed and one that is not, and one with none.',
    expected: { own: { outcome: 'continued' }, other: { outcome: 'denied' }, goesOn: 1, none: 'welcome' },
    async see(visit) {
      const [own, other] = [visit.channel(), visit.channel()];
      const { key } = await visit.newKey({ channels: [own] });
      const stream = await visit.sse(`/api/v1/sse?channels=${own},${other}&frames=all`, { as: key });
      const { data } = await stream.until((block) => block.data?.channels !== undefined, 'subscribe reply');
      await visit.publish(own, 'x');
      const [event] = await stream.events(1);
      const empty = await visit.sse('/api/v1/sse?channels=&frames=all', { as: key });
      const first = await empty.until((block) => block.data !== undefined, 'first frame');
      return {
        own: data.channels[own],
        other: data.channels[other],
        goesOn: event?.data.offset,
        none: first.data.type,
      };
    },
  },
];
