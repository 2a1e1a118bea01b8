/** Sockets that come while the server is being put together wait until it is: a request that nobody hears gets no answer. */
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';

type Connect = (socket: Socket) => void;

const held = new WeakMap<HttpServer, () => () => void>();

/** For a server that listens before it has doors. */
export function holdSockets(http: HttpServer): void {
  const connect = http.listeners('connection') as Connect[];
  http.removeAllListeners('connection');
  const early: Socket[] = [];
  const hold: Connect = (socket) => {
    socket.on('error', () => socket.destroy());
    // A start that fails does not wait for them.
    early.push(socket.unref());
  };
  http.on('connection', hold);
  held.set(http, () => {
    http.off('connection', hold);
    for (const listener of connect) http.on('connection', listener);
    return () => {
      for (const socket of early) if (!socket.destroyed) http.emit('connection', socket.ref());
    };
  });
}

/** Before doors are attached. Gives what brings in those who wait, once they are. */
export function releaseSockets(http: HttpServer): () => void {
  const release = held.get(http);
  held.delete(http);
  return release?.() ?? (() => {});
}
