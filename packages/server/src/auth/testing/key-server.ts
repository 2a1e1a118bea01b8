/**
 * A process of its own that publishes a JSON Web Key Set, as identity providers do. The parent sends the set to publish
 * and hears of each request: `{keys}` → `{published: true}`; `{requests: n}` after each one served.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let keys: readonly unknown[] = [];
let requests = 0;
const server = createServer((_request, response) => {
  requests += 1;
  process.send?.({ requests });
  response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }));
});
process.on('message', (message: { keys: readonly unknown[] }) => {
  keys = message.keys;
  process.send?.({ published: true });
});
process.on('disconnect', () => process.exit());
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });
