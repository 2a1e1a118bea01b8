/** What tests ask of runs again and again. */
import type { Log } from '@greenlight/log/log';
import type { RunSnapshot } from '@greenlight/protocol/run';
import type { RunResult } from '../runs.ts';
import { eventsOf } from './heard-log.ts';

/** The run, where nothing else is expected. */
export const ran = (result: RunResult): RunSnapshot => {
  if (!result.ok) throw new Error(result.detail);
  return result.run;
};

export const typesOf = async (log: Log, channel: string): Promise<string[]> =>
  (await eventsOf(log, channel)).map(({ event }) => event.type);
