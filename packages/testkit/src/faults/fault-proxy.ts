/** A TCP proxy in front of a server, on a port of its own, that breaks connections in the ways real networks do. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { befall } from './befall.ts';
import type { Fault, Strike } from './fault.ts';
import { Link } from './link.ts';

export type FaultProxy = {
  /** Where clients connect instead of to the server. */
  readonly url: string;
  /** How many connections lead through it now. */
  readonly open: number;
  /** How many ever did. */
  readonly total: number;
  /** Every new connection meets these faults from its first byte on, until others are named; none lets it pass. */
  greet(...faults: readonly Fault[]): void;
  /** Befalls every connection that is open now. Says how many. */
  strike(...faults: readonly Strike[]): number;
  /** New connections pass, and open ones get back what is not lost: what was stalled, slowed or held back. */
  heal(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/** `target`: the server's address, http; it may go away and come back. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const links = new Set<Link>();
  let greeting: readonly Fault[] = [];
  let total = 0;

  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = new Link(client, connect({ host: hostname, port: Number(port), allowHalfOpen: true }));
    links.add(link);
    total += 1;
    const forget = (): void => {
      if (client.destroyed && link.server.destroyed) links.delete(link);
    };
    client.on('close', forget);
    link.server.on('close', forget);
    for (const fault of greeting) befall(link, fault);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const open = (): Link[] => [...links].filter((link) => link.isOpen);
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    get open() {
      return open().length;
    },
    get total() {
      return total;
    },
    greet(...faults) {
      greeting = faults;
    },
    strike(...faults) {
      const struck = open();
      for (const link of struck) for (const fault of faults) befall(link, fault);
      return struck.length;
    },
    heal() {
      greeting = [];
      for (const link of links) link.heal();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const link of links) link.destroy();
      await closed;
    },
  };
}
