/** What every log MUST do, as tests: call it in the test file of an implementation. */
import { afterEach, describe } from 'vitest';
import { describeAppend } from './contract/append.ts';
import { describeExpectations } from './contract/expectations.ts';
import { describeForgetting } from './contract/forgetting.ts';
import { describeIdempotency } from './contract/idempotency.ts';
import { describeLife } from './contract/life.ts';
import { describeMemory } from './contract/memory.ts';
import { compareWithModel } from './contract/model.ts';
import { describeRecords } from './contract/records.ts';
import type { StartLog } from './contract/start.ts';
import type { ChannelPolicy, Log } from './log.ts';

export type LogToTest = {
  readonly policies: readonly ChannelPolicy[];
  readonly clock: () => number;
};

export type LogUnderTest = {
  readonly log: Log;
  /** Opens the same store again, after `log` was closed. */
  readonly reopen: () => Promise<Log>;
  /** Releases and removes everything; the logs are closed by then. */
  readonly dispose: () => Promise<void>;
};

const POLICIES: readonly ChannelPolicy[] = [
  { pattern: 'ring:*', durability: 'memory', retention: { maxEvents: 5 } },
  { pattern: 'few:*', durability: 'disk', retention: { maxEvents: 3 } },
  { pattern: 'small:*', durability: 'disk', retention: { maxBytes: 1_000 } },
  { pattern: 'short:*', durability: 'disk', retention: { maxAgeMs: 1_000 } },
];

export function describeLog(name: string, open: (options: LogToTest) => Promise<LogUnderTest>): void {
  describe(`log contract: ${name}`, () => {
    const used: { logs: Log[]; dispose: () => Promise<void> }[] = [];

    const start: StartLog = async () => {
      let now = Date.parse('2026-01-01T00:00:00Z');
      const { log, reopen, dispose } = await open({ policies: POLICIES, clock: () => now });
      const logs = [log];
      used.push({ logs, dispose });
      return {
        log,
        pass: (ms) => (now += ms),
        reopen: async () => {
          await logs.at(-1)?.close();
          const again = await reopen();
          logs.push(again);
          return again;
        },
      };
    };

    afterEach(async () => {
      for (const { logs, dispose } of used.splice(0)) {
        for (const log of logs) await log.close();
        await dispose();
      }
    });

    describeAppend(start);
    describeExpectations(start);
    describeRecords(start);
    describeIdempotency(start);
    describeForgetting(start);
    describeMemory(start);
    describeLife(start);
    compareWithModel(start);
  });
}
