/** Everybody comes back at the same moment after a restart: let in at a pace, shed in good order, and nobody is lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Problem } from '@greenlight/protocol/problem';
import { expect, it } from 'vitest';
import { TestSocket } from '../testing/clients.ts';
import { openStage, type Stage } from '../testing/stage.ts';

const CROWD = 500;
const CHANNELS = 10;
const PER_SECOND = 100;

const channelOf = (n: number): string => `storm:${n % CHANNELS}`;

/** Who is in, and who was told to come later, ms. */
async function come(stage: Stage): Promise<TestSocket | number> {
  const socket = new TestSocket(stage, '/ws');
  const refused = new Promise<IncomingMessage>((resolve) => {
    socket.websocket.once('unexpected-response', (_request, response: IncomingMessage) => resolve(response));
  });
  const answer = await Promise.race([socket.opened.then(() => null), refused]);
  if (answer === null) return socket;
  const { code, status, retryable, checked, retryAfterMs = 0 } = JSON.parse(await text(answer)) as Problem;
  expect({ code, status, retryable }).toEqual({ code: 'rate_limited', status: 429, retryable: true });
  expect(checked.find(({ outcome }) => outcome === 'failed')).toEqual({ stage: 'rate', outcome: 'failed' });
  expect(Number(answer.headers['retry-after'])).toBe(Math.ceil(retryAfterMs / 1_000));
  return retryAfterMs;
}

it(
  '[H10] 500 that come back at once after a restart are let in at a pace, told when to come otherwise, and all resume without a loss',
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'greenlight-storm-'));
    const positions: string[] = [];
    {
      await using before = await openStage({ folder });
      using reader = new TestSocket(before, '/ws');
      for (let n = 0; n < CHANNELS; n += 1) {
        await before.publish(channelOf(n), 1);
        const { channels } = await reader.subscribe({ [channelOf(n)]: null });
        positions.push(channels[channelOf(n)].position as string);
      }
      for (let n = 0; n < CHANNELS; n += 1) await before.publish(channelOf(n), 2);
    }

    let now = Date.now();
    await using after = await openStage({
      folder,
      clock: () => now,
      limits: { handshakesPerSecond: PER_SECOND },
    });
    for (let n = 0; n < CHANNELS; n += 1) await after.publish(channelOf(n), 3);
    let outside = Array.from({ length: CROWD }, (_, n) => ({ n, comeAt: now }));
    let inside = 0;
    for (let second = 0; outside.length > 0; second += 1) {
      const arriving = outside.filter(({ comeAt }) => comeAt <= now);
      outside = outside.filter(({ comeAt }) => comeAt > now);
      await Promise.all(
        arriving.map(async ({ n }) => {
          const came = await come(after);
          if (typeof came === 'number') {
            outside.push({ n, comeAt: now + came });
            return;
          }
          inside += 1;
          using socket = came;
          const [channel, since] = [channelOf(n), positions[n % CHANNELS] ?? null];
          const { channels } = await socket.subscribe({ [channel]: since });
          expect(channels[channel]).toMatchObject({ outcome: 'replayed', count: 2 });
          expect((await socket.events(2)).map(({ event }) => event.data as number)).toEqual([2, 3]);
        }),
      );
      // Those who come when they were told to are let in: nobody is turned away twice.
      expect(inside).toBe(PER_SECOND * (second + 1));
      if (second === 0) expect(new Set(outside.map(({ comeAt }) => comeAt)).size).toBe(CROWD - PER_SECOND);
      now += 1_000;
    }
    expect(inside).toBe(CROWD);
    await rm(folder, { recursive: true });
  },
);
