/** As a bare EventSource does it: event frames, and the last `id:` as `Last-Event-ID`. PROTOCOL.md section S. */
import { decodeServerFrame } from '@greenlight/protocol/decode';
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import { formatPosition, parseVector } from '@greenlight/protocol/position';
import type { Follow, Following } from './follower.ts';
import { keepFollowing, strictDecoder } from './keep-following.ts';
import { sinceText } from './since-text.ts';

export const followWithSse: Follow = (following) => {
  const { url, apiKey, since } = following;
  const channels = [...since.keys()];
  return keepFollowing(async ({ signal, alive }) => {
    const lastEventId = sinceText(since);
    const response = await fetch(`${url}/api/v1/sse?channels=${channels.join(',')}`, {
      headers: { authorization: `Bearer ${apiKey}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal,
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !isStream || !response.body) return;
    const decoder = strictDecoder();
    const take = eventReader(following);
    let rest = '';
    for await (const bytes of response.body) {
      if (signal.aborted) return;
      alive();
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  });
};

/** Reads block after block of one stream. */
function eventReader({ since, event, outcome }: Following): (block: string) => void {
  const channels = [...since.keys()];
  let isFirst = true;
  let begins: Record<string, SubscribeOutcome> = {};

  return (block) => {
    const lines = block.split('\n');
    const id = lines.find((line) => line.startsWith('id: '))?.slice(4);
    const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
    if (id !== undefined && isFirst) {
      isFirst = false;
      for (const [channel, position] of parseVector(id, channels) ?? [])
        if (position !== null && position !== 'earliest')
          begins[channel] = { outcome: 'continued', position: formatPosition(position) };
      // A gap is told right after this id, if there is one; without one the id itself says where it begins.
      queueMicrotask(settle);
    }
    if (data === undefined) return;
    const frame = decodeServerFrame(data);
    if (!frame.ok) throw new Error(frame.detail);
    if (frame.value.type === 'ok') begins = frame.value['channels'] as Record<string, SubscribeOutcome>;
    if (frame.value.type !== 'event') return;
    settle();
    const { channel, epoch, offset, event: published } = frame.value;
    event(channel, { epoch, offset, id: published.id });
  };

  function settle(): void {
    for (const [channel, begin] of Object.entries(begins)) outcome(channel, begin);
    begins = {};
  }
}
