/** Bounds the sockets that are open and have not asked for anything yet; how long each may be, `headersMs` says. */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';
import type { RefuseUnread } from './refuse-unread.ts';

export type SilentSocketsOptions = {
  readonly limits: Pick<Limits, 'silentSockets'>;
  readonly refuseUnread: RefuseUnread;
};

export function boundSilentSockets(http: HttpServer, { limits, refuseUnread }: SilentSocketsOptions): void {
  /** Oldest first. */
  const silent = new Set<Socket>();
  const most = limits.silentSockets;
  const forget = function (this: Socket): void {
    silent.delete(this);
  };
  const detail = `Too many sockets are open that have sent no request: the limit is ${most}, and the oldest goes.`;

  // Below TLS the handshake has a bound of its own.
  http.on(http instanceof HttpsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    silent.add(socket);
    socket.on('close', forget);
    if (silent.size <= most) return;
    // Not the newest: whoever means to ask has had more time for it than anybody else.
    const [oldest] = silent;
    if (!oldest) return;
    silent.delete(oldest);
    refuseUnread(oldest, { code: 'too_many_connections', detail }, 'capacity');
  });
  const asked = ({ socket }: IncomingMessage): void => void silent.delete(socket);
  for (const event of ['request', 'upgrade', 'connect', 'checkExpectation']) http.on(event, asked);
}
