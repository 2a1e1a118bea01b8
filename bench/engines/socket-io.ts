/** Socket.IO as its documentation shows it: rooms, and one `emit` for each message. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { obey } from './commands.ts';
import { CHANNEL, channelOf, eventFrame } from './message.ts';

const http = createServer();
// Nobody is to be asked for a sign of life while it is measured.
const io = new Server(http, { transports: ['websocket'], serveClient: false, pingInterval: 3_600_000 });
io.on('connection', (socket) => void socket.join(String(socket.handshake.query['channel'])));
http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
await once(http, 'listening');

obey(
  { port: (http.address() as AddressInfo).port },
  {
    publish(count) {
      for (let n = 0; n < count; n += 1) io.to(CHANNEL).emit('event', eventFrame(CHANNEL));
    },
    spread(channels) {
      for (let n = 0; n < channels; n += 1) io.to(channelOf(n)).emit('event', eventFrame(channelOf(n)));
    },
  },
);
