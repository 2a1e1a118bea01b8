/** Does what a plan says to a gateway, waits for everybody to arrive, and compares what was published with what was seen. */
import {
  type Acknowledged,
  checkHistory,
  type Published,
  type Sight,
  type Violation,
} from '@greenlight/testkit/history/check-history';
import type { FaultStep } from '@greenlight/testkit/faults/schedule';
import { type FaultProxy, startFaultProxy } from '@greenlight/testkit/faults/fault-proxy';
import type { GatewayProcess } from '@greenlight/testkit/start-gateway';
import type { Position } from '@greenlight/protocol/position';
import type { FollowerKind } from './followers/follower.ts';
import { keepingOf } from './gateway.ts';
import { HEARTBEAT_MS } from './heartbeat.ts';
import { type Log, readLog } from './log.ts';
import type { Plan } from './plan.ts';
import { emptyLedger, type Ledger, publish } from './publisher.ts';
import { Reader } from './reader.ts';
import { until } from './until.ts';

export type Finding = Violation & {
  /** Who saw it: a kind of follower, or `log` for what the log says by itself. */
  readonly who: FollowerKind | 'log';
  /** Which of the plan's readers; -1 for the log. */
  readonly reader: number;
  readonly channel: string;
};

export type Result = {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** What should not happen and is no violation of an order: being refused, a publication that was never taken. */
  readonly troubles: readonly string[];
  readonly acknowledged: number;
  readonly duplicates: number;
  /** Through all proxies. */
  readonly connections: number;
  readonly seen: readonly {
    readonly kind: FollowerKind;
    readonly sights: ReadonlyMap<string, readonly Sight[]>;
  }[];
};

/** After the last fault a second or two are enough; unless the machine has no time for us. */
const ARRIVE_MS = 90_000;
const MOST_STARTS = 3;
const LEAVE_MS = 30_000;

export async function runPlan(plan: Plan, gateway: GatewayProcess): Promise<Result> {
  const { durationMs } = plan;
  const channels = plan.channels.map(({ name }) => name);
  const ledger = emptyLedger();
  const startedAt = performance.now();
  const lines: FaultProxy[] = [];
  const line = async (): Promise<FaultProxy> => {
    const proxy = await startFaultProxy(gateway.url);
    lines.push(proxy);
    return proxy;
  };
  const work: Promise<unknown>[] = [restartInTime(plan, gateway, { startedAt, troubles: ledger.troubles })];

  for (const planned of plan.publishers) {
    const proxy = await line();
    const options = {
      url: proxy.url,
      apiKey: gateway.apiKey,
      startedAt,
      mayForget: plan.restarts.length > 0,
    };
    work.push(publish(planned, ledger, options), befall(proxy, planned.faults, startedAt));
  }
  const readers: Reader[] = [];
  for (const { kind, since, faults, hops } of plan.readers) {
    const proxy = await line();
    work.push(befall(proxy, faults, startedAt));
    const reader = new Reader({ url: proxy.url, apiKey: gateway.apiKey, channels, since, kind });
    readers.push(reader);
    for (const hop of hops) work.push(until(startedAt + hop.atMs).then(() => reader.hop(hop.kind)));
  }

  await Promise.all([...work, until(startedAt + durationMs)]);
  for (const proxy of lines) proxy.heal();
  const logs = new Map<string, Log>();
  for (const channel of channels) logs.set(channel, await readLog(gateway, channel));
  const heads = new Map([...logs].map(([channel, { head }]) => [channel, head] as const));
  await Promise.all(readers.map((reader) => reader.reaches(heads, ARRIVE_MS)));
  // What comes once more comes now.
  await until(performance.now() + HEARTBEAT_MS);
  for (const reader of readers) reader.close();
  const connections = lines.reduce((sum, { total }) => sum + total, 0);
  for (const proxy of lines) await proxy[Symbol.asyncDispose]();

  return {
    plan,
    findings: findingsOf(plan, { ledger, logs, readers }),
    troubles: [
      ...ledger.troubles,
      ...readers.flatMap(({ kind, troubles }, at) =>
        troubles.map((trouble) => `reader ${at} (${kind}): ${trouble}`),
      ),
    ],
    acknowledged: [...ledger.acknowledged.values()].reduce((sum, list) => sum + list.length, 0),
    duplicates: ledger.duplicates,
    connections,
    seen: readers.map(({ kind, sights }) => ({ kind, sights })),
  };
}

async function restartInTime(
  { restarts, seed }: Plan,
  gateway: GatewayProcess,
  { startedAt, troubles }: { startedAt: number; troubles: string[] },
): Promise<void> {
  for (const { atMs, how } of restarts) {
    await until(startedAt + atMs);
    if (how === 'term') {
      const code = await Promise.race([gateway.stop(), until(performance.now() + LEAVE_MS)]);
      if (code !== 0)
        troubles.push(`The gateway did not leave on SIGTERM as it should: ${code ?? 'in time'}`);
    }
    await gateway.kill();
    for (let tries = 1; ; tries += 1) {
      // With the end of what it printed.
      const failed = await gateway.restart().catch((error: unknown) => String(error).slice(-2_000));
      if (failed === undefined) break;
      troubles.push(`The gateway did not start again: ${failed}`);
      if (tries === MOST_STARTS) throw new Error(`Seed ${seed}: ${troubles.join('\n')}`);
    }
  }
}

async function befall(proxy: FaultProxy, steps: readonly FaultStep[], startedAt: number): Promise<void> {
  for (const step of steps) {
    // What is there from the beginning is there before the first connection.
    if (step.atMs > 0) await until(startedAt + step.atMs);
    if (step.act === 'heal') proxy.heal();
    else if (step.act === 'greet') proxy.greet(step.fault);
    else proxy.strike(step.fault);
  }
}

type Evidence = {
  readonly ledger: Ledger;
  readonly logs: ReadonlyMap<string, Log>;
  readonly readers: readonly Reader[];
};

function findingsOf({ channels }: Plan, { ledger, logs, readers }: Evidence): Finding[] {
  return channels.flatMap(({ name: channel }) => {
    const { head, sights: log } = logs.get(channel) as Log;
    const published = publishedTo(channel, {
      head,
      acknowledged: ledger.acknowledged.get(channel) ?? [],
      unknown: ledger.unknown,
    });
    const seen = readers.flatMap(({ kind, sights }, reader) =>
      checkHistory(published, sights.get(channel) ?? []).map((violation) => ({
        ...violation,
        who: kind,
        reader,
        channel,
      })),
    );
    // What a ring has let go is no loss.
    if (keepingOf(channel) === 'ring') return seen;
    const kept = checkHistory(published, log).map((violation) => ({
      ...violation,
      who: 'log' as const,
      reader: -1,
      channel,
    }));
    return [...seen, ...kept];
  });
}

function publishedTo(
  channel: string,
  known: { head: Position; acknowledged: readonly Acknowledged[]; unknown: ReadonlySet<string> },
): Published {
  const RESETS = { disk: [], memory: ['epoch_changed'], ring: ['epoch_changed', 'trimmed'] } as const;
  return { ...known, resets: new Set(RESETS[keepingOf(channel)]) };
}
