/** The last message has no successor whose offset would show that it is missing; the heartbeat's head does. */
import { createClient } from '@greenlight/client/client';
import { startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import { describe, expect, it } from 'vitest';
import { openGateway } from './gateway.ts';

describe('a last message that is swallowed on the way', () => {
  it('[K14] [P9] is handed over with the first heartbeat after it', async () => {
    await using gateway = await openGateway();
    await using proxy = await startFaultProxy(gateway.url);
    proxy.greet({ kind: 'swallow', containing: 'the last one' });
    const client = createClient({ url: proxy.url, credential: { token: gateway.apiKey } });
    const handedOver = new Promise<void>((resolve) =>
      client.subscribe('news', {}, ({ event }) => event.data === 'the last one' && resolve()),
    );
    await new Promise<void>((resolve) => client.status.subscribe(({ live }) => live && resolve()));

    const published = await client.publish('news', { type: 'test.last', data: 'the last one' });
    expect(published.ok).toBe(true);
    // The acknowledgement came on the same connection, after the event that did not.
    const beats = new Set<number | null>();
    const before = client.status.current.lastHeartbeatAt;
    client.status.subscribe(({ lastHeartbeatAt }) => beats.add(lastHeartbeatAt));
    await handedOver;
    beats.delete(before);
    expect(beats.size).toBe(1);
    expect(proxy.total).toBe(1);
    client.close();
  });
});
