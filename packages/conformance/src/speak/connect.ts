/** A plain or TLS socket to where the URL points. */
import { connect as plain, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';

export function connect(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const socket = isSecure ? secure({ host, port, servername: host }) : plain({ host, port });
  // Whoever waits for bytes hears of the end by `close`.
  socket.on('error', () => socket.destroy());
  return socket;
}
