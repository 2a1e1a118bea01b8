/** Section L: what of the log can be seen through the API. */
import { randomUUID } from 'node:crypto';
import { type Check, NotCheckable } from '../check.ts';
import type { Answer, Json } from '../speak/ask.ts';
import type { Visit } from '../visit.ts';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

const publishWith = (
  visit: Visit,
  channel: string,
  { key, data }: { key: string; data: unknown },
): Promise<Answer> =>
  visit.post(
    `/api/v1/channels/${channel}/publications`,
    { type: 'conformance.test', data },
    { headers: { 'idempotency-key': key } },
  );

export const LOG: readonly Check[] = [
  {
    rule: 'L1',
    name: 'no holes',
    proves: 'The offsets of a channel count from 1 without holes.',
    does: 'Publishes 20 events at the same moment, and compares the acknowledgements with the log.',
    expected: { acknowledged: upTo(20), logged: upTo(20) },
    async see(visit) {
      const channel = visit.channel();
      const answers = await Promise.all(upTo(20).map((data) => visit.publish(channel, data)));
      const { events } = await visit.history(channel);
      return {
        acknowledged: answers.map(({ offset }) => offset).toSorted((a, b) => a - b),
        logged: events.map(({ offset }: Json) => offset),
      };
    },
  },
  {
    rule: 'L2',
    name: 'a channel that never had an event',
    proves: 'It has the head `epoch:0` with the epoch of its first event to come, and asking writes nothing.',
    does: 'Asks for a new channel, looks for it among the channels if the key may, publishes.',
    expected: { head: 0, earliest: 1, listed: false, sameEpoch: true },
    async see(visit) {
      const channel = visit.channel();
      const { head, earliest, epoch } = await visit.history(channel);
      const channels = await visit.ask('/api/v1/channels');
      const listed = channels.json?.items?.some((item: Json) => item.channel === channel) ?? false;
      const published = await visit.publish(channel, 1);
      return { head, earliest, listed, sameEpoch: epoch === published.epoch };
    },
  },
  {
    rule: 'L3',
    name: 'acknowledged is readable',
    proves: 'An acknowledged event is seen by every read that begins after the acknowledgement.',
    does: 'Publishes ten times, and reads the head after each acknowledgement.',
    expected: upTo(10),
    async see(visit) {
      const channel = visit.channel();
      const heads: number[] = [];
      for (const data of upTo(10)) {
        await visit.publish(channel, data);
        heads.push((await visit.history(channel, '&since=earliest')).head);
      }
      return heads;
    },
  },
  {
    rule: 'L5',
    name: 'all or nothing',
    proves: 'All events of one append are written, or none of them.',
    does: 'Publishes a list whose last event has no type.',
    expected: { status: 400, code: 'invalid_input', head: 0 },
    async see(visit) {
      const channel = visit.channel();
      const events = [{ type: 'conformance.test' }, { data: 'no type' }];
      const { status, json } = await visit.post(`/api/v1/channels/${channel}/publications`, events);
      return { status, code: json?.code, head: (await visit.history(channel)).head };
    },
  },
  {
    rule: 'L7',
    name: 'idempotency',
    proves:
      'A repeat of an idempotency key gets the first answer and writes nothing; with other content it is refused.',
    does: 'Publishes with a key ten times at once, again, and with other data.',
    expected: {
      offsets: [1],
      again: { offset: 1, duplicate: true },
      other: 'idempotency_key_reused',
      head: 1,
    },
    async see(visit) {
      const channel = visit.channel();
      const key = randomUUID();
      const first = await Promise.all(upTo(10).map(() => publishWith(visit, channel, { key, data: 'a' })));
      const again = await publishWith(visit, channel, { key, data: 'a' });
      const other = await publishWith(visit, channel, { key, data: 'b' });
      return {
        offsets: [...new Set(first.map(({ json }) => json?.offset))],
        again: again.json,
        other: other.json?.code,
        head: (await visit.history(channel)).head,
      };
    },
  },
  {
    rule: 'L10',
    name: 'durability is told',
    proves: 'The acknowledgement says which durability was reached.',
    does: 'Publishes one event.',
    expected: { durability: /^(?:disk|memory)$/ },
    see: (visit) => visit.publish(visit.channel(), 1),
  },
  {
    rule: 'L22',
    name: 'one encoding',
    proves: 'An event is handed out live exactly as reads give it later.',
    does: 'Reads one event while it is published, and afterwards from the log.',
    expected: { same: true },
    async see(visit) {
      const channel = visit.channel();
      const socket = await visit.protocol();
      await socket.reply({ type: 'subscribe', channels: { [channel]: null } });
      await visit.publish(channel, { text: 'grün 🟢', nested: [1, { two: null }] });
      const live = await socket.ofType('event');
      const [logged] = (await visit.history(channel)).events;
      if (logged === undefined) throw new NotCheckable('The channel keeps no events.');
      return { same: JSON.stringify(live) === JSON.stringify(logged), live, logged };
    },
  },
];
