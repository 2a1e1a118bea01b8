/** One connection through the proxy: a socket to the client, one to the server, and a flow each way between them. */
import type { Socket } from 'node:net';
import type { Way } from './fault.ts';
import { Flow } from './flow.ts';

export class Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly up: Flow;
  readonly down: Flow;
  #joined = true;

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    this.up = new Flow(client, server);
    this.down = new Flow(server, client);
    for (const [side, other] of [
      [client, server],
      [server, client],
    ] as const) {
      side.setNoDelay(true);
      side.on('error', () => {});
      // Whoever breaks off does so for the other side too, and as abruptly.
      side.on('close', (broken) => {
        if (!this.#joined || other.destroyed) return;
        if (broken) other.resetAndDestroy();
        else other.end();
      });
    }
  }

  flow(way: Way): Flow {
    return way === 'up' ? this.up : this.down;
  }

  get isOpen(): boolean {
    return this.#joined && !this.client.destroyed && !this.server.destroyed;
  }

  /** From now on neither side learns what becomes of the other, and what they send vanishes. */
  part(): void {
    this.#joined = false;
    this.up.stop();
    this.down.stop();
  }

  heal(): void {
    this.up.heal();
    this.down.heal();
  }

  destroy(): void {
    this.part();
    this.client.destroy();
    this.server.destroy();
  }
}
