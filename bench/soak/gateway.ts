/** The gateway under test: a real process with short heartbeats, limits that many clients of one address do not meet, and three kinds of channels. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { HEARTBEAT_MS } from './heartbeat.ts';
import type { Keeping } from './plan.ts';

const MUCH = 1_000_000_000;

const CONFIG = {
  limits: {
    heartbeatMs: HEARTBEAT_MS,
    outboxBytes: 262_144,
    catchUpBytes: 32_768,
    closeMs: 500,
    drainMs: 1_000,
    attemptsPerMinute: MUCH,
    attemptsPerMinutePerUser: MUCH,
    attemptsPerMinutePerKey: MUCH,
    lookupsPerMinute: MUCH,
    connectionsPerAddress: 20_000,
    connectionsPerUser: 20_000,
    connectionsPerKey: 20_000,
    unauthenticatedConnections: 20_000,
  },
  channels: [
    { pattern: 'soak:memory:*', durability: 'memory', retention: { maxEvents: 100_000 } },
    { pattern: 'soak:ring:*', durability: 'memory', retention: { maxEvents: 64 } },
  ],
};

export const keepingOf = (channel: string): Keeping => channel.split(':')[1] as Keeping;

/** Gone when the process dies. */
export const isVolatile = (channel: string): boolean => keepingOf(channel) !== 'disk';

export async function openGateway(): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-soak-'));
  const file = join(folder, 'greenlight.config.json');
  await writeFile(file, JSON.stringify(CONFIG));
  const gateway = await startGateway({ args: ['--config', file], data: join(folder, 'data') });
  const dispose = gateway[Symbol.asyncDispose].bind(gateway);
  return Object.assign(Object.create(gateway) as GatewayProcess, {
    async [Symbol.asyncDispose]() {
      await dispose();
      await rm(folder, { recursive: true, force: true });
    },
  });
}
