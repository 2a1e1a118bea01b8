/** One question after the other, each with the position of the last answer. PROTOCOL.md section W. */
import type { EventPush, SubscribeOutcome } from '@greenlight/protocol/frames';
import { parseVector } from '@greenlight/protocol/position';
import type { Follow } from './follower.ts';
import { keepFollowing, SILENCE_MS, strictDecoder } from './keep-following.ts';
import { sinceText } from './since-text.ts';

type Answer = {
  readonly position: string;
  readonly events: readonly EventPush[];
  readonly outcomes: Readonly<Record<string, SubscribeOutcome>>;
};

const WAIT_SECONDS = 1;

export const followWithLongPoll: Follow = ({ url, apiKey, since, event, outcome, trouble }) => {
  const channels = [...since.keys()];
  return keepFollowing(
    async ({ signal, alive }) => {
      while (!signal.aborted) {
        const asked = sinceText(since);
        const query = `channels=${channels.join(',')}&wait=${WAIT_SECONDS}${asked && `&since=${asked}`}`;
        const response = await fetch(`${url}/api/v1/poll?${query}`, {
          headers: { authorization: `Bearer ${apiKey}` },
          signal,
        });
        if (!response.ok) return;
        const answer = JSON.parse(strictDecoder().decode(await response.arrayBuffer())) as Answer;
        if (signal.aborted) return;
        alive();
        for (const [channel, begin] of Object.entries(answer.outcomes)) outcome(channel, begin);
        for (const { channel, epoch, offset, event: published } of answer.events)
          event(channel, { epoch, offset, id: published.id });
        // The application's own count and the server's have to agree.
        const told = parseVector(answer.position, channels);
        for (const [channel, where] of since) {
          const next = told?.get(channel);
          if (typeof next !== 'object' || next === null || typeof where !== 'object' || where === null)
            continue;
          if (next.epoch !== where.epoch || next.offset !== where.offset)
            trouble(
              `${answer.position} is the position of an answer that ended at ${channel}=${where.epoch}:${where.offset}`,
            );
        }
      }
    },
    WAIT_SECONDS * 1_000 + SILENCE_MS,
  );
};
