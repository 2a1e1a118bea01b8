/** `ws` as its documentation shows it: one `send` for each client. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { obey } from './commands.ts';
import { CHANNEL, channelOf, eventFrame } from './message.ts';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 4_096 });
const clients: WebSocket[] = [];
server.on('connection', (client) => clients.push(client));
await once(server, 'listening');
obey(
  { port: (server.address() as AddressInfo).port },
  {
    publish(count) {
      for (let n = 0; n < count; n += 1) {
        const frame = JSON.stringify(eventFrame(CHANNEL));
        for (const client of clients) client.send(frame);
      }
    },
    spread(channels) {
      for (let n = 0; n < channels; n += 1) clients[n]?.send(JSON.stringify(eventFrame(channelOf(n))));
    },
  },
);
