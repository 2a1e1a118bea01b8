/** A proxy that signs people in, as many houses have one in front: it adds the token, and says its own name upstream. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export type Front = AsyncDisposable & {
  readonly port: number;
  /** What each request carries from now on. */
  token: string;
  /** Ends the open WebSockets. */
  cut(): void;
};

export async function startFront(upstream: string, token: string): Promise<Front> {
  const { hostname, port, host } = new URL(upstream);
  const sockets = new Set<Socket>();
  const front = { token };
  const server = createServer((incoming, response) => {
    const headers = { ...incoming.headers, host, authorization: `Bearer ${front.token}` };
    const { method, url: path } = incoming;
    const passed = request({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  server.on('upgrade', (incoming, socket: Socket) => {
    const passed = connect(Number(port), hostname);
    const lines = Object.entries({ ...incoming.headers, host, authorization: `Bearer ${front.token}` });
    const head = lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
    passed.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${head}\r\n`);
    sockets.add(socket);
    for (const [one, other] of [
      [socket, passed],
      [passed, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(front, {
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}
