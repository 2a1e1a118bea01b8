/** Section W: long-poll. */
import { type Check, NotCheckable } from '../check.ts';
import { begin, type Json } from '../speak/ask.ts';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

export const LONG_POLL: readonly Check[] = [
  {
    rule: 'W1',
    name: 'the answer',
    proves: 'An answer is `{position, events, outcomes}`, and its position is what the next request passes.',
    does: 'Reads two events from the first on, then passes the position.',
    expected: { outcome: { outcome: 'replayed', count: 2 }, events: [1, 2], next: [] },
    async see(visit) {
      const channel = visit.channel();
      await visit.publish(channel, 1, 2);
      const first = await visit.poll(`channels=${channel}&since=earliest`);
      const next = await visit.poll(`channels=${channel}&since=${first.position}&wait=0`);
      return {
        outcome: first.outcomes[channel],
        events: first.events.map(({ offset }: Json) => offset),
        next: next.events,
      };
    },
  },
  {
    rule: 'W2',
    name: 'heads at once',
    proves: 'Without `since` it answers at once with the heads.',
    does: 'Asks for two channels, one of them with events, and to wait 20 s.',
    expected: { events: [], heads: true, atOnce: true },
    async see(visit) {
      const [a, b] = [visit.channel(), visit.channel()];
      await visit.publish(a, 1, 2);
      const began = performance.now();
      const { events, position } = await visit.poll(`channels=${a},${b}&wait=20`);
      const heads = new RegExp(`^${a}=[\\w-]+:2,${b}=[\\w-]+:0$`).test(position);
      return { events, heads, atOnce: performance.now() - began < 10_000, position };
    },
  },
  {
    rule: 'W3',
    name: 'waits for the first thing',
    proves:
      'With `since` it answers at once if there is a gap to tell, with the first thing that comes, or empty.',
    does: 'Waits for an event that is published later, for nothing, and asks from another epoch.',
    expected: { came: [1], empty: [], gap: { outcome: 'reset' } },
    async see(visit) {
      const channel = visit.channel();
      const { position } = await visit.poll(`channels=${channel}`);
      const waiting = visit.poll(`channels=${channel}&since=${position}&wait=10`);
      await visit.publish(channel, 1);
      const came = await waiting;
      const empty = await visit.poll(`channels=${channel}&since=${came.position}&wait=1`);
      const gap = await visit.poll(`channels=${channel}&since=another0:1&wait=10`);
      return {
        came: came.events.map(({ offset }: Json) => offset),
        empty: empty.events,
        gap: gap.outcomes[channel],
      };
    },
  },
  {
    rule: 'W4',
    name: 'a chain of answers',
    proves: 'A chain of answers holds every event once and in order, whatever is published between them.',
    does: 'Publishes 30 events while a chain of requests reads them.',
    expected: upTo(30),
    async see(visit) {
      const channel = visit.channel();
      let { position } = await visit.poll(`channels=${channel}`);
      const publishing = (async () => {
        for (const data of upTo(30)) await visit.publish(channel, data);
      })();
      const seen: number[] = [];
      while (seen.length < 30) {
        const answer = await visit.poll(`channels=${channel}&since=${position}&wait=5`);
        if (answer.events.length === 0) break;
        seen.push(...answer.events.map(({ offset }: Json) => offset));
        position = answer.position;
      }
      await publishing;
      return seen;
    },
  },
  {
    rule: 'W5',
    name: 'bounded answers',
    proves: 'Events and bytes of one answer are bounded; what did not fit comes with the next one.',
    does: 'Publishes 60 events of 20 kB, and reads them in a chain.',
    expected: { whole: true, inOneAnswer: false },
    async see(visit) {
      const channel = visit.channel();
      const long = 'x'.repeat(20_000);
      for (let round = 0; round < 3; round += 1) await visit.publish(channel, ...upTo(20).map(() => long));
      const seen: number[] = [];
      let [position, most] = ['earliest', 0];
      while (seen.length < 60) {
        const answer = await visit.poll(`channels=${channel}&since=${position}&wait=0`);
        if (answer.events.length === 0) break;
        most = Math.max(most, answer.events.length);
        seen.push(...answer.events.map(({ offset }: Json) => offset));
        position = answer.position;
      }
      return { whole: seen.join() === upTo(60).join(), inOneAnswer: most === 60, most };
    },
  },
  {
    rule: 'W6',
    name: 'ends with its client',
    proves: 'A waiting request ends when its client leaves.',
    does: 'Leaves a request of a user of its own, and looks for it among the connections.',
    expected: { before: 1, after: 0 },
    async see(visit) {
      const { key, user } = await visit.newKey();
      const channel = visit.channel();
      const { position } = await visit.poll(`channels=${channel}`, { as: key });
      const count = async (): Promise<number> => {
        const { status, json } = await visit.ask('/api/v1/connections');
        if (status === 403) throw new NotCheckable('Only operators see the connections.');
        return json.items.filter((item: Json) => item.user === user).length;
      };
      const until = async (wanted: number): Promise<number> => {
        let seen = await count();
        for (let round = 0; round < 50 && seen !== wanted; round += 1) seen = await count();
        return seen;
      };
      const path = `/api/v1/poll?channels=${channel}&since=${position}&wait=10`;
      const leave = new AbortController();
      const headers = { authorization: `Bearer ${key}` };
      begin(visit.url, path, { headers, signal: leave.signal }).catch(() => null);
      const before = await until(1);
      leave.abort();
      return { before, after: await until(0) };
    },
  },
  {
    rule: 'W7',
    name: 'frames of a socket',
    proves: 'With `frames=all` an answer is `{position, frames}` with what a socket would have carried.',
    does: 'Asks for two events so, and for no channel.',
    expected: { welcome: true, reply: { outcome: 'replayed', count: 2 }, events: [1, 2], none: true },
    async see(visit) {
      const channel = visit.channel();
      await visit.publish(channel, 1, 2);
      const answer = await visit.poll(`channels=${channel}&since=earliest&frames=all&wait=0`);
      const none = await visit.poll('channels=&frames=all&wait=0');
      const frames: Json[] = answer.frames ?? [];
      return {
        welcome: frames[0]?.type === 'welcome',
        reply: frames.find(({ channels }) => channels !== undefined)?.channels[channel],
        events: frames.filter(({ type }) => type === 'event').map(({ offset }) => offset),
        none: Array.isArray(none.frames),
      };
    },
  },
];
