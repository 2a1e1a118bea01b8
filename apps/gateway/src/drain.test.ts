/** SIGTERM, met from outside: clients are moved, what was asked is answered, what was acknowledged is there afterwards. */
import { get } from 'node:http';
import { connect } from 'node:net';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

/** For a busy machine. */
const PATIENT = { timeout: 60_000 };

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came and fails if it is not there
type Frame = Record<string, any>;

const bearer = ({ apiKey }: GatewayProcess) => ({ authorization: `Bearer ${apiKey}` });

class Client {
  readonly websocket: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;
  #look = (): void => {};

  constructor(gateway: GatewayProcess, path = '/ws') {
    this.websocket = new WebSocket(gateway.url.replace('http', 'ws') + path, ['greenlight.v1'], {
      headers: bearer(gateway),
    });
    this.websocket.on('message', (data) => {
      this.frames.push(JSON.parse((data as Buffer).toString()) as Frame);
      this.#look();
    });
    this.closed = new Promise((resolve) => this.websocket.on('close', resolve));
  }

  async until(matches: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
  }

  send(frame: Frame): void {
    this.websocket.send(JSON.stringify(frame));
  }
}

async function history(gateway: GatewayProcess, channel: string): Promise<Frame> {
  const url = `${gateway.url}/api/v1/channels/${channel}/history?limit=5000`;
  return (await fetch(url, { headers: bearer(gateway) }).then((response) => response.json())) as Frame;
}

/** Everything until the end of the stream. */
async function stream(
  gateway: GatewayProcess,
  query: string,
): Promise<{ begun: Promise<void>; all: Promise<string> }> {
  const begun = Promise.withResolvers<void>();
  const all = new Promise<string>((resolve, reject) => {
    get(`${gateway.url}/api/v1/sse?${query}`, { headers: bearer(gateway), agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('\nid: ')) begun.resolve();
      });
      incoming.on('end', () => resolve(text));
      incoming.on('error', reject);
    }).on('error', reject);
  });
  return { begun: begun.promise, all };
}

describe('SIGTERM', () => {
  it(
    '[F14, S4, W6, L12] moves clients of every transport with jitter, answers what was asked, and loses nothing that was acknowledged',
    PATIENT,
    async () => {
      await using gateway = await startGateway();
      const sockets = Array.from({ length: 20 }, () => new Client(gateway));
      for (const socket of sockets) {
        await socket.until(({ type }) => type === 'welcome');
        socket.send({ id: 1, type: 'subscribe', channels: { orders: null } });
        await socket.until(({ id }) => id === 1);
      }
      const bare = await stream(gateway, 'channels=orders');
      const full = await stream(gateway, 'channels=orders&frames=all');
      await Promise.all([bare.begun, full.begun]);
      const heads = (await fetch(`${gateway.url}/api/v1/poll?channels=orders`, {
        headers: bearer(gateway),
      }).then((response) => response.json())) as Frame;
      const waiting = fetch(`${gateway.url}/api/v1/poll?channels=quiet&since=${heads['position']}&wait=50`, {
        headers: bearer(gateway),
      }).then((response) => response.json() as Promise<Frame>);

      // Publishing over REST and over a socket goes on until there is nobody to publish to.
      const acknowledged: number[] = [];
      const publisher = new Client(gateway);
      await publisher.until(({ type }) => type === 'welcome');
      let stopped: Promise<number | null> | null = null;
      const overRest = (async () => {
        for (;;) {
          const answer = await fetch(`${gateway.url}/api/v1/channels/orders/publications`, {
            method: 'POST',
            headers: bearer(gateway),
            body: '{"type":"order"}',
          }).catch(() => null);
          if (answer === null) return;
          const { offset, code } = (await answer.json()) as Frame;
          expect(code).toBeUndefined();
          acknowledged.push(offset as number);
          if (acknowledged.length >= 50) stopped ??= gateway.stop();
        }
      })();
      let sent = 0;
      while (publisher.websocket.readyState === WebSocket.OPEN) {
        sent += 1;
        const id = sent;
        publisher.send({ id, type: 'publish', channel: 'orders', event: { type: 'order' } });
        const reply = await Promise.race([publisher.until((frame) => frame['id'] === id), publisher.closed]);
        if (typeof reply === 'object') acknowledged.push(reply['offset'] as number);
      }
      await overRest;
      expect(await (stopped as Promise<number | null> | null)).toBe(0);

      const waits = [];
      for (const socket of sockets) {
        expect(await socket.closed).toBe(4210);
        const last = socket.frames.at(-1);
        expect(last).toMatchObject({ type: 'disconnect', code: 'moved' });
        waits.push(last?.['retryAfterMs'] as number);
      }
      expect(new Set(waits).size).toBeGreaterThan(10);
      expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
      expect((await bare.all).trimEnd()).toMatch(/\nretry: \d+$/);
      expect(await full.all).toMatch(/data: \{"type":"disconnect","code":"moved".*"retryAfterMs":\d+\}\n\n$/);
      expect(await waiting).toMatchObject({ events: [] });

      await gateway.restart();
      const { events } = (await history(gateway, 'orders')) as { events: Frame[] };
      const kept = events.map(({ offset }) => offset as number);
      // What was written was answered, and what was answered was written.
      expect(acknowledged.toSorted((a, b) => a - b)).toEqual(kept);
    },
  );

  it(
    '[H18] refuses newcomers while the last ones leave, and a second one ends the process at once',
    PATIENT,
    async () => {
      await using gateway = await startGateway();
      // It reads nothing, so it does not leave.
      const stubborn = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
      stubborn.write(
        `GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${gateway.apiKey}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n\r\n`,
      );
      await new Promise((resolve) => stubborn.once('data', resolve));
      stubborn.on('error', () => {});
      stubborn.pause();
      const ended = gateway.stop();
      for (;;) {
        const answer = await fetch(`${gateway.url}/api/v1/sse?channels=orders`, { headers: bearer(gateway) });
        await (answer.status === 200 ? answer.body?.cancel() : undefined);
        if (answer.status === 200) continue;
        expect(answer.status).toBe(503);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await answer.json()).toMatchObject({ code: 'draining', retryable: true });
        break;
      }
      process.kill(gateway.pid, 'SIGTERM');
      expect(await ended).toBe(130);
      stubborn.destroy();
    },
  );

  it('[X11] interrupts a run, which the next start resumes', PATIENT, async () => {
    await using gateway = await startGateway();
    const started = (await fetch(`${gateway.url}/api/v1/workflows`, {
      method: 'POST',
      headers: bearer(gateway),
      body: JSON.stringify({ kind: 'validation', input: { paths: ['node_modules'] } }),
    }).then((response) => response.json())) as Frame;
    expect(started['state']).toMatch(/queued|running/);
    const id = started['id'] as string;
    const watcher = new Client(gateway, `/ws/${id}`);
    await watcher.until(({ event }) => event?.type === 'workflow.started');
    expect(await gateway.stop()).toBe(0);
    await gateway.restart();
    const again = new Client(gateway, `/ws/${id}`);
    await again.until(({ event }) => event?.type === 'workflow.stalled');
    const resumed = await again.until(({ event }) => event?.type === 'workflow.resumed');
    expect(resumed['event'].subject ?? id).toContain(id);
    again.websocket.terminate();
  });
});
