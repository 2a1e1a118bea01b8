/** `/ws/{channel}`, one connection for each channel, as wscat or a script would. PROTOCOL.md F10. */
import type { EventPush, SubscribeOutcome } from '@greenlight/protocol/frames';
import { type Since, formatPosition } from '@greenlight/protocol/position';
import { WebSocket } from 'ws';
import type { Follow, Following } from './follower.ts';
import { keepFollowing, type Life } from './keep-following.ts';

type Message =
  | EventPush
  | { readonly type: 'connection_established'; readonly outcomes: Readonly<Record<string, SubscribeOutcome>> }
  | { readonly type: 'disconnect' };

export const followWithWebSocket: Follow = (following) => {
  const closers = [...following.since.keys()].map((channel) =>
    keepFollowing((life) => followOne(following, { channel, life })),
  );
  return () => {
    for (const close of closers) close();
  };
};

const query = (since: Since): string =>
  since === null ? '' : `?since=${since === 'earliest' ? since : formatPosition(since)}`;

function followOne(following: Following, { channel, life }: { channel: string; life: Life }): Promise<void> {
  const { url, apiKey, since, event, outcome } = following;
  const address = `${url.replace('http', 'ws')}/ws/${channel}${query(since.get(channel) ?? null)}`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${apiKey}` } });
  life.signal.addEventListener('abort', () => socket.terminate());
  socket.on('ping', () => life.alive());
  socket.on('message', (bytes: Buffer) => {
    if (life.signal.aborted) return;
    life.alive();
    const message = JSON.parse(bytes.toString()) as Message;
    if (message.type === 'connection_established')
      for (const [name, begin] of Object.entries(message.outcomes)) outcome(name, begin);
    if (message.type === 'event')
      event(message.channel, { epoch: message.epoch, offset: message.offset, id: message.event.id });
  });
  socket.on('error', () => {});
  return new Promise((resolve) => socket.on('close', () => resolve()));
}
