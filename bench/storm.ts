/**
 * The storm after a restart: everybody comes back at the same moment. `npm run bench storm`, or
 * `node bench/storm.ts [connections]`. A real gateway and a real crowd, each in a process of its own; the crowd sends a
 * token and, as a proxy would, an address for each of its members. It needs a limit of open files above the number of
 * connections in both processes (`ulimit -n`), and says so.
 */
import { fork, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '@greenlight/testkit/start-gateway';
import type { CrowdOptions, Order, Report } from './storm/crowd.ts';

const connections = Number(process.argv[2] ?? 10_000);
const CHANNELS = 100;
/** Published on each channel while everybody comes back. */
const MISSED = 5;
const OTHER_FILES = 200;

const files = Number(spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout);
if (files < connections + OTHER_FILES) {
  console.error(
    `${connections} connections need as many open files in each process, and ${files} are allowed: run "ulimit -n ${connections + OTHER_FILES}" first, or name fewer: npm run bench storm ${files - OTHER_FILES}.`,
  );
  process.exit(1);
}

const secret = randomBytes(32).toString('base64url');
const folder = mkdtempSync(join(tmpdir(), 'greenlight-storm-'));
const config = join(folder, 'greenlight.config.json');
writeFileSync(config, JSON.stringify({ limits: { connections: connections + OTHER_FILES } }));
await using gateway = await startGateway({
  args: ['--config', config],
  env: { GREENLIGHT_JWT_SECRET: secret, GREENLIGHT_TRUSTED_PROXIES: '127.0.0.1' },
});

const options: CrowdOptions = { url: gateway.url, secret, connections, channels: CHANNELS };
const crowd = fork(join(import.meta.dirname, 'storm/crowd.ts'), [JSON.stringify(options)]);

const heard = async (): Promise<Report> => ((await once(crowd, 'message')) as [Report])[0];

async function publish(events: number): Promise<void> {
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const response = await fetch(`${gateway.url}/api/v1/channels/storm:${channel}/publications`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.apiKey}` },
      body: JSON.stringify(Array.from({ length: events }, () => ({ type: 'storm' }))),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

/** How long a request waits that has nothing to do with the storm: it shows for how long the event loop was held up. */
async function watchLatency(until: AbortSignal): Promise<readonly number[]> {
  const waits: number[] = [];
  while (!until.aborted) {
    const began = performance.now();
    await fetch(`${gateway.url}/health/live`).then((response) => response.text());
    waits.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return waits.toSorted((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): string =>
  `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0)} ms`;

async function metric(name: string): Promise<number> {
  const text = await fetch(`${gateway.url}/metrics`).then((response) => response.text());
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

await heard();
crowd.send({ goal: 1, storm: false } satisfies Order);
await publish(1);
await heard();
await gateway.kill();
const killed = performance.now();
await gateway.restart();
console.log(`killed and listening again after ${((performance.now() - killed) / 1_000).toFixed(1)} s`);
const over = new AbortController();
const latency = watchLatency(over.signal);
crowd.send({ goal: 1 + MISSED, storm: true } satisfies Order);
await publish(MISSED);
const { seconds, turnedAway, mostInASecond, received } = await heard();
over.abort();
const waits = await latency;
const expected = connections * MISSED;
console.log(
  `${connections} connections: all subscribed again and caught up after ${seconds.toFixed(1)} s, at most ${mostInASecond} let in within a second, ${turnedAway} times turned away with 429 and Retry-After`,
);
console.log(`events: ${received} of ${expected} that were missed, none twice, none out of order`);
console.log(`a request beside it waited p50 ${at(waits, 0.5)}, p99 ${at(waits, 0.99)}, most ${at(waits, 1)}`);
console.log(
  `resident memory of the gateway: ${((await metric('process_resident_memory_bytes')) / 1e6).toFixed(0)} MB`,
);
crowd.kill();
if (received !== expected) process.exitCode = 1;
