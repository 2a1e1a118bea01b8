/** The last message has no successor whose offset would show that it is missing; the heartbeat's head does. */
import { createClient } from '@greenlight/client/client';
import { startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import { describe, expect, it } from 'vitest';
import { openGateway } from './gateway.ts';

describe('a last message that is swallowed on the way', () => {
  it.each(['websocket', 'sse'] as const)(
    '[K14] [P9] is handed over with the first heartbeat after it (%s)',
    async (transport) => {
      await using gateway = await openGateway();
      await using proxy = await startFaultProxy(gateway.url);
      proxy.greet({ kind: 'swallow', containing: 'the last one' });
      const credential = { token: gateway.apiKey };
      const client = createClient({ url: proxy.url, credential, transports: [transport] });
      const beatsWithoutIt = new Set<number | null>();
      const handedOverAfter = new Promise<number>((resolve) =>
        client.subscribe('news', {}, ({ event }) => {
          if (event.data === 'the last one') resolve(beatsWithoutIt.size);
        }),
      );
      await new Promise<void>((resolve) => client.status.subscribe(({ live }) => live && resolve()));
      // Only this connection loses it, and not the one that an SSE reader opens to ask again.
      proxy.heal();
      client.status.subscribe(({ headLag, lastHeartbeatAt }) => {
        if (headLag > 0) beatsWithoutIt.add(lastHeartbeatAt);
      });

      // Not through the proxy, so that nothing but the event itself meets the fault.
      const publisher = createClient({ url: gateway.url, credential });
      const published = await publisher.publish('news', { type: 'test.last', data: 'the last one' });
      expect(published.ok).toBe(true);
      expect(await handedOverAfter).toBe(1);
      publisher.close();
      client.close();
    },
  );
});
