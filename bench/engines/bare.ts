/**
 * What the gateway is built on and nothing else: `ws` to read, our frames, one write to each socket at the end of the
 * tick. The difference to Greenlight is what permissions, positions, outboxes and metrics cost.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { textFrame } from '@greenlight/server/framing';
import { WebSocketServer } from 'ws';
import { obey } from './commands.ts';
import { CHANNEL, channelOf, eventFrame } from './message.ts';

const http = createServer();
const websockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false });
const sockets: Duplex[] = [];
http.on('upgrade', (request, socket, head) => {
  websockets.handleUpgrade(request, socket, head, () => sockets.push(socket));
});
http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
await once(http, 'listening');

let waiting: Buffer[] = [];

function flush(): void {
  const bytes = waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting);
  waiting = [];
  for (const socket of sockets) socket.write(bytes);
}

const encoded = (channel: string): Buffer => textFrame(JSON.stringify(eventFrame(channel)));

obey(
  { port: (http.address() as AddressInfo).port },
  {
    publish(count) {
      for (let n = 0; n < count; n += 1) waiting.push(encoded(CHANNEL));
      setImmediate(flush);
    },
    spread(channels) {
      for (let n = 0; n < channels; n += 1) sockets[n]?.write(encoded(channelOf(n)));
    },
  },
);
